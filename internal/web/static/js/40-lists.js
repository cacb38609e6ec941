// Lists, records and their forms: what makes them quicker to use.
(() => {
	"use strict";

	// A form with data-auto-submit is sent when a choice is made; its button is for those without scripts.
	document.addEventListener("change", (event) => {
		const form = event.target.closest?.("form[data-auto-submit]");
		if (form && event.target.tagName === "SELECT") form.requestSubmit();
	});
	// Who looked for a contact in vain and makes it does not write its name twice.
	document.addEventListener("change", (event) => {
		const picker = event.target.matches?.("[data-picker] [name=contact][value=nuevo]") && event.target.closest("[data-picker]");
		if (!picker) return;
		const name = picker.querySelector("[name='new_contact.first_name']");
		name.value ||= picker.querySelector("[name=contacto]").value;
		name.focus();
	});
	const hide = (root) => {
		for (const button of root.querySelectorAll("[data-without-script]")) button.hidden = true;
	};
	hide(document);

	// What comes in the place of something gets its focus: the first field of a form, or what opened it.
	document.addEventListener("htmx:afterSwap", (event) => {
		const target = event.detail.elt;
		hide(document);
		const now = target?.id ? document.getElementById(target.id) : null;
		if (!now) return;
		const wrong = now.querySelector("[aria-invalid], .wrong input");
		if (now.matches(".fact, .filters")) (wrong ?? now.querySelector("form :is(input:not([type=hidden]), select, textarea)") ?? now.querySelector(".fact-edit"))?.focus();
		if (now.matches(".fact") && document.activeElement.matches("input[type=text]")) document.activeElement.select();
	});
	// Where the stages of a deal, tabs or entries of a menu do not fit beside each other, the present one is seen first.
	document.querySelector(".stage-step.current")?.scrollIntoView({ block: "nearest", inline: "center" });
	for (const one of document.querySelectorAll(".tabs [aria-current], .settings-menu [aria-current]")) {
		const row = one.closest(".tabs ul, .settings-menu"), box = one.getBoundingClientRect(), frame = row.getBoundingClientRect();
		row.scrollLeft += box.left + box.width / 2 - frame.left - frame.width / 2;
	}

	document.addEventListener("keydown", (event) => {
		if (event.key === "Escape") event.target.closest?.(".fact.editing")?.querySelector("[data-cancel]")?.click();
	});
})();
