// The box in the top bar: what is found shows below it while somebody writes; the arrows choose, Enter opens, Escape closes. Without this, Enter leads to the page.
(() => {
	"use strict";

	const box = document.getElementById("search");
	const hits = document.getElementById("hits");
	if (!box || !hits) return;
	box.setAttribute("role", "combobox");
	box.setAttribute("aria-autocomplete", "list");
	box.setAttribute("aria-controls", "hits");
	box.setAttribute("aria-expanded", "false");

	const options = () => [...hits.querySelectorAll("[role=option]")];
	const chosen = () => hits.querySelector("[aria-selected=true]");
	const choose = (option) => {
		chosen()?.setAttribute("aria-selected", "false");
		if (!option) {
			box.removeAttribute("aria-activedescendant");
			return;
		}
		option.setAttribute("aria-selected", "true");
		option.scrollIntoView({ block: "nearest" });
		box.setAttribute("aria-activedescendant", option.id);
	};
	const open = () => {
		const some = hits.childElementCount > 0 && box.value.trim() !== "";
		hits.hidden = !some;
		box.setAttribute("aria-expanded", String(some));
		box.removeAttribute("aria-activedescendant");
	};
	const close = () => {
		hits.hidden = true;
		choose(null);
		box.setAttribute("aria-expanded", "false");
	};

	hits.addEventListener("htmx:afterSwap", open);
	box.addEventListener("input", () => { if (box.value.trim() === "") close(); });
	box.addEventListener("focus", open);
	box.addEventListener("keydown", (event) => {
		const all = options();
		const at = all.indexOf(chosen());
		switch (event.key) {
		case "ArrowDown":
		case "ArrowUp":
			if (hits.hidden || all.length === 0) return;
			event.preventDefault();
			choose(all[event.key === "ArrowDown" ? (at + 1) % all.length : at <= 0 ? all.length - 1 : at - 1]);
			break;
		case "Escape":
			if (!hits.hidden) {
				event.preventDefault();
				close();
			}
		}
	});
	box.form.addEventListener("submit", (event) => {
		const option = hits.hidden ? null : chosen();
		if (!option) return;
		event.preventDefault();
		location.href = option.href;
	});
	document.addEventListener("pointerdown", (event) => {
		if (!event.target.closest(".search")) close();
	});
	document.addEventListener("focusin", (event) => {
		if (!event.target.closest(".search")) close();
	});
})();
