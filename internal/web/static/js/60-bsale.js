// The page on which Bsale is set up. After a part of it was shown anew, whoever works by keyboard or hears the page is where something happened.
(() => {
	"use strict";
	let pressed = "";
	document.addEventListener("htmx:beforeRequest", (event) => {
		if (event.detail.elt.closest("#bsale")) pressed = event.detail.elt.id;
	});
	document.addEventListener("htmx:afterSettle", (event) => {
		if (event.target.id !== "bsale") return;
		const problems = document.querySelector("#bsale [data-problems]");
		const added = pressed.match(/^agregar-(\w+)$/);
		const removed = pressed.match(/^f-mapping-(\w+)-\d+-remove$/);
		if (problems) problems.focus();
		else if (added) document.querySelector(`#mapa-${added[1]} + ol > :last-child .map-from`)?.focus();
		else if (removed) document.getElementById(`agregar-${removed[1]}`)?.focus();
		pressed = "";
	});

	// A link to a control inside something folded unfolds it.
	const unfold = () => {
		const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
		if (!target || !target.closest(".bsale")) return;
		for (let fold = target.closest("details:not([open])"); fold; fold = fold.parentElement.closest("details:not([open])")) fold.open = true;
		target.scrollIntoView({ block: "center" });
		target.focus({ preventScroll: true });
	};
	window.addEventListener("hashchange", unfold);
	unfold();
})();
