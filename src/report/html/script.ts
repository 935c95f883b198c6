/**
 * Makes tables of class `sortable` sortable: a button in each column heading, by pointer and keyboard. Numbers go by their value,
 * intervals by their low end, `inf` as the largest; cells without a value stay at the bottom either way. The page is whole without it.
 */
export const SORT_SCRIPT = `
"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const key = (row, column) => {
    const text = row.cells[column].textContent.trim();
    if (text === "" || text === "-" || text === "unknown") return null;
    if (!heads[column].classList.contains("n")) return text;
    const number = text.startsWith("inf") ? Infinity : parseFloat(text.replace(/^[<$]/, ""));
    return Number.isNaN(number) ? null : number;
  };
  const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b, "en", { numeric: true }) : a === b ? 0 : a - b);
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", sign === 1 ? "ascending" : "descending");
      const keyed = [...body.rows].map((row) => ({ row, value: key(row, column) }));
      keyed.sort((a, b) => {
        if (a.value === null || b.value === null) return (a.value === null) - (b.value === null);
        return sign * compare(a.value, b.value);
      });
      body.append(...keyed.map(({ row }) => row));
    });
  });
}
`;
