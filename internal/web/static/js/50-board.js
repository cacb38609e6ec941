// The board: cards are moved by mouse, finger and keyboard, and columns follow what others do. Without this script there is the menu of each card.
(() => {
	"use strict";
	const board = document.querySelector("[data-board]");
	if (!board) return;

	const say = (text) => { document.getElementById("board-say").textContent = text; };
	const words = (name, values) => board.dataset[name].replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
	const columns = () => [...board.querySelectorAll("[data-column]")];
	const columnOf = (card) => card.closest("[data-column]");
	const listOf = (column) => column.querySelector("[data-cards]");
	const cardsOf = (column, except) => [...column.querySelectorAll("[data-deal]")].filter((card) => card !== except);
	const nameOf = (card) => card.querySelector(".deal-card-link").textContent.trim();
	const stageOf = (column) => column.querySelector(".column-name").textContent.trim();
	const where = (card) => {
		const column = columnOf(card), all = cardsOf(column);
		return { name: nameOf(card), stage: stageOf(column), place: all.indexOf(card) + 1, all: all.length };
	};

	// What is being moved, and where it was: {card, from, next, key}.
	let held = null;
	const waiting = new Set(); // columns that changed meanwhile

	const hold = (card, how) => {
		held = { card, from: columnOf(card), next: card.nextElementSibling, how };
	};
	const put = (column, before) => {
		const list = listOf(column);
		const ref = before ?? list.querySelector("[data-more]");
		if (ref === held.card || (held.card.parentElement === list && held.card.nextElementSibling === ref)) return;
		list.insertBefore(held.card, ref);
	};
	const giveBack = ({ card, from, next }) => {
		const list = listOf(from);
		list.insertBefore(card, next?.parentElement === list ? next : list.querySelector("[data-more]"));
	};
	const putBack = () => giveBack(held);
	const release = () => {
		held.card.classList.remove("lifted", "picked");
		for (const column of columns()) column.classList.remove("target");
		document.documentElement.classList.remove("dragging-card");
		held = null;
		if (waiting.size) later();
	};
	const moved = () => columnOf(held.card) !== held.from || held.card.nextElementSibling !== held.next;

	// One address takes every move: the stage, the card above, and the version that was moved. A card whose move is refused, or does not get through, goes back.
	const send = async (move) => {
		const { card, from } = move;
		const column = columnOf(card);
		const before = card.previousElementSibling;
		const form = new URLSearchParams({ stage: column.dataset.column, version: card.dataset.version, above: before?.dataset.deal ?? "" });
		let text, ok = false;
		try {
			const answer = await fetch(`/oportunidades/${card.dataset.deal}/mover`, { method: "POST", body: form, headers: { "HX-Request": "true" } });
			const away = answer.headers.get("HX-Redirect");
			if (away) { location.href = away; return; }
			text = await answer.text();
			ok = answer.ok;
		} catch {
			text = "";
		}
		notify(text, ok);
		if (!ok && card.isConnected && held?.card !== card) {
			const active = card.contains(document.activeElement);
			giveBack(move);
			say(words("cancelled", where(card)));
			if (active) focus(card);
		}
		refresh([from.dataset.column, column.dataset.column]);
	};
	const notify = (html, ok) => {
		const notices = document.getElementById("notices");
		if (html) {
			notices.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.children);
		} else {
			const toast = document.createElement("div");
			toast.className = "toast bad";
			toast.setAttribute("role", "alert");
			toast.textContent = board.dataset.lost;
			notices.replaceChildren(toast);
		}
		const quiet = ok && !notices.querySelector("a");
		setTimeout(() => notices.replaceChildren(), quiet ? 3000 : 8000);
	};

	// By mouse and finger. A mouse begins to drag once it has gone a little; a finger once it has rested on the card, so that it still scrolls.
	let press = null, ghost = null, scrolling = 0;
	const begin = (event) => {
		const card = press.card;
		const box = card.getBoundingClientRect();
		clearTimeout(press.timer);
		for (const menu of board.querySelectorAll("details[open]")) menu.open = false;
		ghost = card.cloneNode(true);
		ghost.removeAttribute("data-deal");
		for (const one of ghost.querySelectorAll("[id]")) one.removeAttribute("id");
		ghost.classList.add("drag-ghost");
		ghost.style.width = `${box.width}px`;
		ghost.setAttribute("aria-hidden", "true");
		press.grip = { x: press.x - box.left, y: press.y - box.top };
		document.body.append(ghost);
		hold(card, "pointer");
		card.classList.add("lifted");
		document.documentElement.classList.add("dragging-card");
		getSelection()?.removeAllRanges();
		follow(event);
		scrolling = requestAnimationFrame(scroll);
	};
	const follow = (event) => {
		press.at = { x: event.clientX, y: event.clientY };
		ghost.style.translate = `${event.clientX - press.grip.x}px ${event.clientY - press.grip.y}px`;
		drop(event.clientX, event.clientY);
	};
	const drop = (x, y) => {
		const column = columns().find((one) => {
			const box = one.getBoundingClientRect();
			return x >= box.left && x <= box.right;
		});
		for (const one of columns()) one.classList.toggle("target", one === column);
		if (!column) return;
		const middle = y - press.grip.y + ghost.offsetHeight / 2;
		const below = cardsOf(column, held.card).find((card) => {
			const box = card.getBoundingClientRect();
			return middle < box.top + box.height / 2;
		});
		put(column, below);
	};
	const scroll = () => {
		if (!ghost) return;
		const edge = 56, { x, y } = press.at;
		const pull = (at, low, high) => (at < low + edge ? at - low - edge : at > high - edge ? at - high + edge : 0) / 5;
		const frame = board.getBoundingClientRect();
		board.scrollLeft += pull(x, frame.left, frame.right);
		const column = board.querySelector(".column.target");
		if (column) {
			const list = listOf(column), box = list.getBoundingClientRect();
			list.scrollTop += pull(y, box.top, box.bottom);
		}
		drop(x, y);
		scrolling = requestAnimationFrame(scroll);
	};
	const end = (keep) => {
		clearTimeout(press?.timer);
		if (ghost) {
			cancelAnimationFrame(scrolling);
			ghost.remove();
			ghost = null;
			const move = held;
			const changed = keep && moved();
			if (!changed) putBack();
			release();
			if (changed) send(move);
			suppress();
		}
		press = null;
	};
	// The click that ends a drag opens nothing.
	const suppress = () => {
		const stop = (event) => { event.preventDefault(); event.stopPropagation(); };
		addEventListener("click", stop, { capture: true, once: true });
		setTimeout(() => removeEventListener("click", stop, { capture: true }), 50);
	};
	board.addEventListener("pointerdown", (event) => {
		const card = event.target.closest("[data-movable]");
		if (!card || held || event.button !== 0 || !event.isPrimary || event.target.closest("details")) return;
		press = { card, x: event.clientX, y: event.clientY, touch: event.pointerType !== "mouse", id: event.pointerId };
		if (press.touch) press.timer = setTimeout(() => begin({ clientX: press.x, clientY: press.y }), 300);
	});
	addEventListener("pointermove", (event) => {
		if (!press || event.pointerId !== press.id) return;
		if (ghost) { follow(event); return; }
		const far = Math.hypot(event.clientX - press.x, event.clientY - press.y);
		if (press.touch ? far > 10 : far > 5) press.touch ? end(false) : begin(event);
	});
	addEventListener("pointerup", (event) => { if (event.pointerId === press?.id) end(true); });
	addEventListener("pointercancel", (event) => { if (event.pointerId === press?.id) end(false); });
	board.addEventListener("touchmove", (event) => { if (ghost) event.preventDefault(); }, { passive: false });
	board.addEventListener("contextmenu", (event) => { if (press?.touch) event.preventDefault(); });
	board.addEventListener("dragstart", (event) => event.preventDefault());

	// By keyboard: Space picks up, arrows move, Space drops, Escape cancels.
	board.addEventListener("keydown", (event) => {
		const link = event.target.closest(".deal-card-link");
		if (held?.how === "keys") {
			keyed(event);
		} else if (event.key === " " && link && !held) {
			const card = link.closest("[data-movable]");
			if (!card) return;
			event.preventDefault();
			hold(card, "keys");
			card.classList.add("picked");
			say(words("picked", where(card)));
		}
	});
	const keyed = (event) => {
		const move = held, { card } = move;
		const column = columnOf(card), all = cardsOf(column), at = all.indexOf(card);
		const aside = (step) => {
			const next = columns()[columns().indexOf(column) + step];
			if (next) put(next, cardsOf(next, card)[Math.min(at, cardsOf(next, card).length)]);
		};
		switch (event.key) {
		case "ArrowUp": if (at > 0) put(column, all[at - 1]); break;
		case "ArrowDown": if (at < all.length - 1) put(column, all[at + 2]); break;
		case "ArrowLeft": aside(-1); break;
		case "ArrowRight": aside(1); break;
		case " ": case "Enter": {
			event.preventDefault();
			const changed = moved();
			say(words("dropped", where(card)));
			release();
			focus(card);
			if (changed) send(move);
			return;
		}
		case "Escape":
			event.preventDefault();
			letGo();
			return;
		case "Tab":
			letGo();
			return;
		default: return;
		}
		event.preventDefault();
		focus(card);
		card.scrollIntoView({ block: "nearest", inline: "nearest" });
		say(words("placed", where(card)));
	};
	const letGo = () => {
		const { card } = held;
		putBack();
		say(words("cancelled", where(card)));
		release();
		focus(card);
	};
	const focus = (card) => card.querySelector(".deal-card-link").focus({ preventScroll: true });
	addEventListener("keydown", (event) => { if (event.key === "Escape" && ghost) end(false); });
	board.addEventListener("toggle", (event) => {
		if (event.target.matches(".card-menu[open]")) event.target.querySelector(".menu-panel").scrollIntoView({ block: "nearest" });
	}, true);

	// By the menu of a card: the card goes to the top of its new column, and the board stays where it is.
	board.addEventListener("submit", (event) => {
		const card = event.target.closest(".card-menu")?.closest("[data-deal]");
		const column = event.submitter && columns().find((one) => one.dataset.column === event.submitter.value);
		if (!card || !column || held) return;
		event.preventDefault();
		event.target.closest("details").open = false;
		hold(card, "menu");
		const move = held;
		put(column, cardsOf(column, card)[0]);
		say(words("dropped", where(card)));
		release();
		focus(card);
		send(move);
	});

	// Columns follow: only those that changed are fetched, and of them only the cards that look different are replaced, so that places, focus and what is open stay.
	let fetching = false, timer = 0;
	const later = () => { clearTimeout(timer); timer = setTimeout(run, 60); };
	const refresh = (ids) => {
		for (const id of ids) waiting.add(id);
		later();
	};
	const run = async () => {
		if (fetching || held || !waiting.size) return;
		fetching = true;
		const ids = [...waiting];
		waiting.clear();
		await Promise.all(ids.map(fetchColumn));
		fetching = false;
		if (waiting.size) later();
	};
	const fetchColumn = async (id) => {
		const column = board.querySelector(`[data-column="${CSS.escape(id)}"]`);
		if (!column) return;
		const address = new URL("/oportunidades/columna", location.href);
		address.search = new URL(column.dataset.here, location.href).search;
		address.searchParams.set("etapa", id);
		address.searchParams.set("cuantas", Math.max(25, cardsOf(column).length));
		try {
			const answer = await fetch(address, { headers: { "HX-Request": "true" } });
			if (!answer.ok) throw new Error("not there");
			const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-column]");
			if (!fresh) return;
			if (held) waiting.add(id); else update(column, document.adoptNode(fresh));
		} catch {
			missed.add(id);
			clearTimeout(again);
			again = setTimeout(catchUp, 4000);
		}
	};
	// Columns that could not be fetched are asked for again.
	const missed = new Set();
	let again = 0;
	const catchUp = () => {
		clearTimeout(again);
		const ids = [...missed];
		missed.clear();
		refresh(ids);
	};
	const update = (column, fresh) => {
		column.dataset.version = fresh.dataset.version;
		const head = column.querySelector(".column-head"), newHead = fresh.querySelector(".column-head");
		if (head.innerHTML !== newHead.innerHTML) head.replaceChildren(...newHead.childNodes);
		const list = listOf(column), top = list.scrollTop, active = document.activeElement?.id;
		const known = new Map(cardsOf(column).map((card) => [card.dataset.deal, card]));
		const shown = [...listOf(fresh).children].map((one) => {
			const old = known.get(one.dataset.deal);
			if (!one.dataset.deal || !old) {
				// A card that was in another column a moment ago goes there from here.
				if (one.dataset.deal) {
					for (const twin of board.querySelectorAll(`[data-deal="${CSS.escape(one.dataset.deal)}"]`)) twin.remove();
					one.classList.add("fresh");
				}
				return one;
			}
			if (old.dataset.version === one.dataset.version && (old.querySelector("details[open]") || old.contains(document.activeElement) || old.textContent === one.textContent)) return old;
			return one;
		});
		list.replaceChildren(...shown);
		list.scrollTop = top;
		window.htmx?.process(list);
		if (active && document.activeElement?.id !== active) document.getElementById(active)?.focus({ preventScroll: true });
	};

	// The server says which columns changed. A page that nobody looks at does not ask; when somebody does again, it hears what it missed.
	const state = document.querySelector("[data-live-state]");
	const show = (on) => {
		if (!state) return;
		state.hidden = false;
		state.classList.toggle("off", !on);
		const text = state.querySelector("[data-live-text]");
		text.textContent = on ? text.dataset.yes : text.dataset.no;
	};
	const hear = (versions) => {
		const changed = Object.entries(versions).filter(([id, version]) => {
			const column = board.querySelector(`[data-column="${CSS.escape(id)}"]`);
			return column && column.dataset.version !== String(version);
		});
		if (changed.length) refresh(changed.map(([id]) => id));
	};
	let source = null, asking = 0;
	const listen = () => {
		if (source || document.hidden) return;
		source = new EventSource(board.dataset.board);
		source.addEventListener("open", () => { show(true); catchUp(); });
		source.addEventListener("columnas", (event) => hear(JSON.parse(event.data)));
		source.addEventListener("error", () => {
			show(false);
			if (source?.readyState !== EventSource.CLOSED) return; // it comes again by itself
			stop();
			ask();
		});
	};
	const stop = () => {
		source?.close();
		source = null;
		clearTimeout(asking);
	};
	// Where events do not get through, asking every few seconds does.
	const ask = async () => {
		if (document.hidden) return;
		try {
			const answer = await fetch(board.dataset.board, { headers: { Accept: "application/json" } });
			if (answer.redirected || !answer.ok) throw new Error("not there");
			hear(await answer.json());
			show(true);
		} catch {
			show(false);
		}
		asking = setTimeout(ask, 4000);
	};
	document.addEventListener("visibilitychange", () => { if (document.hidden) stop(); else listen(); });
	addEventListener("offline", () => show(false));
	addEventListener("online", () => { // a stream that was cut without a word would be silent
		catchUp();
		stop();
		listen();
	});
	addEventListener("pagehide", stop);
	addEventListener("pageshow", listen);
	listen();
})();
