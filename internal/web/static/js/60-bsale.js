// The page on which Bsale is set up: after a part of it was shown anew, whoever works by keyboard or hears the page is where something happened.
document.addEventListener("htmx:afterSwap", (event) => {
	if (event.target.id !== "bsale" && !event.target.closest?.("#bsale")) return;
	document.querySelector("#bsale [data-problems]")?.focus();
});
// A link to a control inside something folded unfolds it.
const unfold = () => {
	const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
	for (let fold = target && target.closest("details:not([open])"); fold; fold = fold.parentElement.closest("details:not([open])")) fold.open = true;
	if (target && target.closest(".bsale")) target.scrollIntoView({ block: "center" });
};
window.addEventListener("hashchange", unfold);
unfold();
