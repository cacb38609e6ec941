// Lists that people put in order, with the mouse, with a finger or with the arrows: [data-sortable] names the form that keeps the order. Without this, each thing has buttons.
(() => {
	"use strict";

	const prepare = (root) => {
		for (const handle of root.querySelectorAll("[data-drag][hidden]")) handle.hidden = false;
	};
	prepare(document);
	document.addEventListener("htmx:load", (event) => prepare(event.target));
	new MutationObserver((changes) => {
		for (const change of changes) for (const node of change.addedNodes) if (node instanceof Element) prepare(node);
	}).observe(document.body, { childList: true, subtree: true });

	const say = (text, tone) => {
		const notices = document.getElementById("notices");
		if (!notices) return;
		const toast = document.createElement("div");
		toast.className = tone === "bad" ? "toast bad" : "toast";
		const words = document.createElement("p");
		words.textContent = text;
		toast.append(words);
		notices.replaceChildren(toast);
		setTimeout(() => toast.remove(), 4000);
	};

	const things = (list) => [...list.children].filter((child) => child.querySelector("[data-drag]"));
	const thingOf = (handle) => {
		const list = handle.closest("[data-sortable]");
		return { list, thing: things(list).find((one) => one.contains(handle)) };
	};

	// Kept a moment after the last move, so that many steps with the arrows are one.
	const waiting = new Map();
	const keep = (list) => {
		const form = document.getElementById(list.dataset.sortable);
		if (!form) return; // it is part of a form that is sent as a whole
		clearTimeout(waiting.get(form));
		waiting.set(form, setTimeout(async () => {
			waiting.delete(form);
			try {
				const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "Hx-Request": "true" } });
				if (!answer.ok) throw new Error(answer.statusText);
				say(list.dataset.saved);
			} catch {
				say(list.dataset.failed, "bad");
			}
		}, 500));
	};
	window.addEventListener("pagehide", () => {
		for (const [form, timer] of waiting) {
			clearTimeout(timer);
			navigator.sendBeacon(form.action, new URLSearchParams(new FormData(form)));
		}
	});

	const moved = (list, thing) => {
		const all = things(list);
		const field = thing.querySelector("[data-name]");
		const name = (field.value ?? field.textContent).trim();
		say((list.dataset.said ?? "").replace("{name}", name).replace("{place}", all.indexOf(thing) + 1).replace("{count}", all.length));
	};

	document.addEventListener("keydown", (event) => {
		const handle = event.target.closest?.("[data-drag]");
		if (!handle || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
		event.preventDefault();
		const { list, thing } = thingOf(handle);
		const all = things(list);
		const other = all[all.indexOf(thing) + (event.key === "ArrowUp" ? -1 : 1)];
		if (!other) return;
		if (event.key === "ArrowUp") other.before(thing);
		else other.after(thing);
		handle.focus();
		moved(list, thing);
		keep(list);
	});

	document.addEventListener("pointerdown", (event) => {
		const handle = event.target.closest?.("[data-drag]");
		if (!handle || event.button !== 0) return;
		const { list, thing } = thingOf(handle);
		const before = things(list).indexOf(thing);
		let from = event.clientY;
		handle.setPointerCapture(event.pointerId);
		thing.classList.add("dragged");
		document.body.classList.add("sorting");
		const shift = (by) => { thing.style.translate = by ? `0 ${by}px` : ""; };
		const move = (at) => {
			const all = things(list);
			const place = all.indexOf(thing);
			const height = thing.offsetHeight;
			const by = at.clientY - from;
			const next = all[place + 1];
			const previous = all[place - 1];
			if (next && by > next.offsetHeight / 2) {
				next.after(thing);
				from += next.offsetHeight;
			} else if (previous && -by > previous.offsetHeight / 2) {
				previous.before(thing);
				from -= previous.offsetHeight;
			}
			shift(Math.max(-height, Math.min(height, at.clientY - from)));
			if (at.clientY < 80) window.scrollBy(0, -12);
			else if (at.clientY > window.innerHeight - 80) window.scrollBy(0, 12);
		};
		const end = () => {
			handle.removeEventListener("pointermove", move);
			handle.removeEventListener("pointerup", end);
			handle.removeEventListener("pointercancel", end);
			thing.classList.remove("dragged");
			document.body.classList.remove("sorting");
			shift(0);
			if (things(list).indexOf(thing) !== before) {
				moved(list, thing);
				keep(list);
			}
		};
		handle.addEventListener("pointermove", move);
		handle.addEventListener("pointerup", end);
		handle.addEventListener("pointercancel", end);
		event.preventDefault();
		handle.focus();
	});
})();
