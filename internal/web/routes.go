package web

// routes are all addresses, on one screen, with who may come.
func routes() []route {
	return []route{
		{get, "/{$}", loggedIn, "", home},
		{get, "/inicio", everybody, "start.title", showSetup},
		{post, "/inicio", everybody, "start.title", setUp},
		{get, "/entrar", everybody, "login.title", showLogin},
		{post, "/entrar", everybody, "login.title", logIn},
		{post, "/salir", loggedIn, "", logOut},
		{get, "/clave/{token}", everybody, "password.title", showChoosePassword},
		{post, "/clave/{token}", everybody, "password.title", choosePassword},
		{post, "/idioma", everybody, "", chooseLanguage},
		{get, "/demo/{token}", everybody, "", enterDemo},

		{get, "/primeros-pasos", changeSettings, "checklist.title", showChecklist},

		{get, "/configuracion/{$}", loggedIn, "", showSettings},
		{get, "/configuracion/perfil", loggedIn, "profile.title", showProfile},
		{post, "/configuracion/perfil", loggedIn, "profile.title", saveProfile},
		{post, "/configuracion/perfil/apariencia", loggedIn, "profile.title", saveTheme},
		{post, "/configuracion/perfil/clave", loggedIn, "profile.title", changePassword},
		{post, "/configuracion/perfil/sesiones/{id}/cerrar", loggedIn, "profile.title", endSession},
		{get, "/configuracion/empresa", changeSettings, "company.title", showCompany},
		{post, "/configuracion/empresa", changeSettings, "company.title", saveCompany},
		{get, "/configuracion/usuarios", changeUsers, "users.title", showUsers},
		{get, "/configuracion/usuarios/invitar", changeUsers, "users.invite", showInvite},
		{post, "/configuracion/usuarios/invitar", changeUsers, "users.invite", invite},
		{get, "/configuracion/usuarios/{id}", changeUsers, "users.edit", showUser},
		{post, "/configuracion/usuarios/{id}", changeUsers, "users.edit", saveUser},
		{post, "/configuracion/usuarios/{id}/enlace", changeUsers, "users.link", makeLink},
		{get, "/configuracion/usuarios/{id}/desactivar", changeUsers, "users.deactivate", showDeactivate},
		{post, "/configuracion/usuarios/{id}/desactivar", changeUsers, "users.deactivate", deactivate},
		{post, "/configuracion/usuarios/{id}/activar", changeUsers, "", activate},

		{get, "/estilos/{version}/etapas.css", readDeals, "", sendStageStyles},
		{get, "/static/{version}/{name}", everybody, "", sendFile},
		{post, "/hooks/bsale/{hook}", everybody, "", receive},
		{get, "/healthz", everybody, "", healthy},
		{get, "/readyz", everybody, "", ready},
	}
}
