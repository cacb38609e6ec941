// What makes the frame nicer. Every page works without it.
(() => {
	"use strict";

	// Menus close when somebody goes elsewhere.
	const closeMenus = (except) => {
		for (const menu of document.querySelectorAll("details[data-menu][open]")) {
			if (!menu.contains(except)) menu.open = false;
		}
	};
	document.addEventListener("click", (event) => closeMenus(event.target));
	document.addEventListener("keydown", (event) => {
		if (event.key === "Escape") {
			const menu = document.querySelector("details[data-menu][open]");
			if (menu) {
				menu.open = false;
				menu.querySelector("summary").focus();
			}
		}
		const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
		if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
			const search = document.getElementById("search");
			if (search) {
				event.preventDefault();
				search.focus();
			}
		}
	});

	// Copying.
	document.addEventListener("click", async (event) => {
		const button = event.target.closest("[data-copy]");
		if (!button) return;
		const source = document.getElementById(button.dataset.copy);
		source.select();
		try {
			await navigator.clipboard.writeText(source.value);
		} catch {
			document.execCommand("copy"); // where the page has no https
		}
		const label = button.querySelector("span");
		const before = label.textContent;
		label.textContent = button.dataset.copied;
		setTimeout(() => { label.textContent = before; }, 2000);
	});

	// A link with data-dialog opens its page's [data-dialog-body] in a dialog.
	document.addEventListener("click", async (event) => {
		const link = event.target.closest("a[data-dialog]");
		if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
		const dialog = document.getElementById("dialog");
		if (!dialog?.showModal) return;
		event.preventDefault();
		try {
			const answer = await fetch(link.href);
			const page = new DOMParser().parseFromString(await answer.text(), "text/html");
			const body = page.querySelector("[data-dialog-body]");
			if (!answer.ok || !body) throw new Error("no dialog there");
			dialog.querySelector("#dialog-title").textContent = page.querySelector("h1").textContent;
			dialog.querySelector(".dialog-body").replaceChildren(document.adoptNode(body));
			prepare(dialog);
			window.htmx?.process(dialog);
			dialog.showModal();
			dialog.querySelector(".dialog-body :is(input:not([type=hidden]), select, textarea)")?.focus();
		} catch {
			location.href = link.href;
		}
	});
	document.addEventListener("click", (event) => {
		if (event.target instanceof HTMLDialogElement) event.target.close(); // beside it
	});

	// A form is sent once, however often its button is clicked.
	document.addEventListener("submit", (event) => {
		const form = event.target;
		if (form.method === "dialog" || event.defaultPrevented) return;
		if (form.dataset.sent) {
			event.preventDefault();
			return;
		}
		form.dataset.sent = "1";
		event.submitter?.setAttribute("aria-busy", "true");
		setTimeout(() => release(form), 10000); // an answer that never came
	});
	const release = (form) => {
		delete form.dataset.sent;
		for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
	};
	window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

	// What somebody asked for did not get through. What a page asks for by itself is asked for again.
	document.addEventListener("htmx:sendError", (event) => {
		const notices = document.getElementById("notices");
		if (!event.detail.requestConfig.triggeringEvent || !notices?.dataset.lost) return;
		const toast = document.createElement("div");
		toast.className = "toast bad";
		toast.dataset.toast = "";
		toast.setAttribute("role", "alert");
		toast.textContent = notices.dataset.lost;
		notices.replaceChildren(toast);
		prepare(notices);
	});

	const prepare = (root) => {
		for (const button of root.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
		for (const toast of root.querySelectorAll("[data-toast]")) {
			setTimeout(() => {
				toast.classList.add("leaving");
				setTimeout(() => toast.remove(), 400);
			}, 6000);
		}
	};
	prepare(document);
	document.addEventListener("htmx:load", (event) => prepare(event.target));
	document.querySelector("[data-problems]")?.focus();
})();
