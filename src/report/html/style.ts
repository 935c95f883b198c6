import { variables } from "./palette.ts";

const BASE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; ${variables("light")} }
@media (prefers-color-scheme: dark) { :root { ${variables("dark")} } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 84rem; padding: 1rem; background: var(--page); color: var(--text); overflow-wrap: break-word; }
h1, h2, h3, h4 { line-height: 1.25; text-wrap: balance; }
h1 { font-size: 1.5rem; margin: 0 0 0.5rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 0.5rem; padding-top: 0.75rem; border-top: 2px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.5rem 0 0.5rem; }
h4 { font-size: 1rem; margin: 0; }
p, ul, dl { max-width: 72ch; margin: 0.5rem 0; }
ul { padding-left: 1.2rem; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.quiet { color: var(--quiet); }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; padding: 0; list-style: none; max-width: none; }
nav a { display: inline-block; padding: 0.15rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 0.75rem; }
dt { font-weight: 600; }
dd { margin: 0; min-width: 0; }
@media (max-width: 30rem) { dl { display: block; } dd { margin-bottom: 0.5rem; } }
`;

const MARKS = `
.marks { display: flex; flex-wrap: wrap; gap: 0.5rem; }
mark { background: none; color: var(--quiet); border: 2px solid currentColor; border-radius: 0.3rem; font-weight: 700; padding: 0 0.5rem; }
mark.good { color: var(--good); }
mark.bad { color: var(--bad); }
mark.note { color: var(--note); }
.alert { border-left: 0.35rem solid var(--note); background: var(--card); padding: 0.5rem 0.75rem; max-width: 72ch; }
.alert.bad { border-color: var(--bad); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 0.75rem; margin: 0.75rem 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.75rem; }
.card ul { padding: 0; margin: 0.5rem 0; list-style: none; }
.card li { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 0.75rem; }
.card p { margin: 0 0 0.25rem; font-size: 0.85rem; }
.figure { font-variant-numeric: tabular-nums; }
`;

const TABLES = `
.wide { overflow-x: auto; margin: 0.75rem 0; max-width: 100%; }
.cue { display: none; margin: 0.75rem 0 0; color: var(--quiet); font-size: 0.85rem; }
.cue + .wide { margin-top: 0.25rem; }
summary { cursor: pointer; font-weight: 600; padding: 0.25rem 0; color: var(--link); }
table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--line); padding: 0.3rem 0.8rem 0.3rem 0; text-align: left; vertical-align: top; }
thead th { vertical-align: bottom; border-bottom: 2px solid var(--quiet); }
tbody th { font-weight: 600; white-space: nowrap; }
th:first-child { position: sticky; left: 0; background: var(--page); }
td { min-width: 6.5rem; max-width: 40rem; }
td.long { min-width: min(22rem, 65vw); }
th.n, td.n { min-width: 3rem; text-align: right; white-space: nowrap; }
thead th.n { white-space: normal; }
th button { font: inherit; font-weight: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; text-align: inherit; text-decoration: underline dotted; text-underline-offset: 0.2em; }
@media (max-width: 48rem) {
  .cue { display: block; }
  .wide { border-right: 3px solid var(--quiet); }
  th, td { padding-right: 0.6rem; }
  tbody th { white-space: normal; }
  th:first-child { min-width: 7.5rem; max-width: 36vw; overflow-wrap: anywhere; }
  td { min-width: 4.9rem; }
  td:last-child:not(.n) { min-width: 20rem; }
  td.long { min-width: 22rem; }
}
th[aria-sort="ascending"] button::after { content: " \\2191"; }
th[aria-sort="descending"] button::after { content: " \\2193"; }
`;

const FIGURES = `
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 25rem), 1fr)); gap: 1rem; align-items: start; }
figure { margin: 0; padding: 0.75rem; border: 1px solid var(--line); border-radius: 0.5rem; min-width: 0; }
figcaption { font-size: 0.9rem; color: var(--quiet); margin-top: 0.25rem; }
figure svg { display: block; width: 100%; max-width: 36rem; height: auto; margin-top: 0.25rem; overflow: visible; background: none; color: var(--text); font-family: inherit; }
.legend { display: flex; flex-wrap: wrap; gap: 0 0.9rem; margin: 0.25rem 0 0; padding: 0; list-style: none; font-size: 0.85rem; max-width: none; }
.legend li { display: flex; align-items: center; gap: 0.35rem; }
figure .legend svg { width: 1.75rem; height: 0.9rem; margin: 0; flex: none; }
.absent { border-style: dashed; }
`;

const PRINT = `
@media print {
  :root { ${variables("light")} font-size: 10pt; }
  body { max-width: none; padding: 0; }
  nav, .cue { display: none; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .wide { overflow: visible; }
  table { font-size: 7.5pt; }
  th, td { padding-right: 0.4rem; }
  th:first-child { position: static; }
  .figures { grid-template-columns: 1fr 1fr; }
  figure, .card, tr { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; }
}
`;

/** The one style sheet of every page. */
export const STYLE = BASE + MARKS + TABLES + FIGURES + PRINT;
