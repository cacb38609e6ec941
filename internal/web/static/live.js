// Reads the page again every few seconds and puts its main part in the place of the present one. Without it the page reloads as a whole.
"use strict";
const every = 2500;
async function refresh() {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById("main");
        if (fresh) document.getElementById("main").replaceWith(fresh);
      }
    } catch {
      // The service is away; the next round tries again.
    }
  }
  setTimeout(refresh, every);
}
setTimeout(refresh, every);
