import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { publishSite } from "../../src/report/site/publish.ts";
import { openPage, seriousFindings, startBrowser } from "../support/browser.ts";
import { textTroubles } from "../support/page-facts.ts";
import { writePastRun } from "../support/past-runs.ts";
import { suiteFolder } from "../support/temporary.ts";

const folder = suiteFolder();
const out = join(folder, "site");
const WIDE = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 } };

let browser: Browser;
let pages: readonly string[];

beforeAll(async () => {
  const resultsDir = join(folder, "results");
  for (let day = 1; day <= 14; day += 1) {
    const at = `2026-11-${String(day).padStart(2, "0")}T02:00:00Z`;
    await writePastRun(resultsDir, { at, slower: (1 + (day % 3) / 100) * (day < 9 ? 1 : 1.5) });
  }
  await publishSite({ resultsDir, outDir: out, policy: { terms: new Map(), included: [] }, siteUrl: null });
  pages = [
    "index.html",
    "columns.html",
    "runs/index.html",
    "runs/20261114T020000Z-golden.html",
    "targets/sim-fast.html",
  ];
  browser = await startBrowser();
});
afterAll(() => browser?.close());

describe("the published site, opened from disk", () => {
  it("asks for nothing, and neither it nor its policy has anything to complain of", async () => {
    for (const path of pages) {
      const { complaints, requests } = await openPage(browser, join(out, path), WIDE);
      expect({ path, complaints, requests }).toEqual({ path, complaints: [], requests: [] });
    }
  });

  it("fits a phone on every page", async () => {
    for (const path of pages) {
      const { page } = await openPage(browser, join(out, path), PHONE);
      expect({ path, width: await page.evaluate("document.documentElement.scrollWidth") }).toEqual({
        path,
        width: 390,
      });
    }
  });

  it("has links that all lead to something that is there", async () => {
    const reached = new Set(["index.html"]);
    for (const path of reached) {
      if (!path.endsWith(".html")) continue;
      const { page } = await openPage(browser, join(out, path), WIDE);
      const hrefs = (await page.evaluate("[...document.querySelectorAll('a')].map((link) => link.href)")) as string[];
      for (const href of hrefs) reached.add(decodeURI(href).replace(`file://${out}/`, ""));
      await page.context().close();
    }
    const there = readdirSync(out, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(out.length + 1));
    // The descriptor is for programs, which look for it by its name.
    expect([...reached].sort()).toEqual(there.filter((path) => path !== "datapackage.json").sort());
  });

  it("shows a target's past: five pictures for each scenario, with the change and words for those who do not see it", async () => {
    const { page } = await openPage(browser, join(out, "targets", "sim-fast.html"), WIDE);
    expect(await page.locator("figure svg[role=img]").count()).toBe(9);
    const first = page.locator("figure").first();
    expect(await first.locator("svg").getAttribute("aria-label")).toMatch(
      /^Time to first token, median: last \d+ ms, .* 14 runs$/,
    );
    expect(await first.locator("figcaption").textContent()).toContain("Another level since 2026-11-09");
    expect(await textTroubles(page)).toEqual([]);
  });

  it("sorts its ranking by keyboard", async () => {
    const { page } = await openPage(browser, join(out, "index.html"), WIDE);
    const names = (): Promise<unknown> =>
      page.evaluate("[...document.querySelector('table').tBodies[0].rows].map((row) => row.cells[0].textContent)");
    expect(await names()).toEqual(["sim-flaky", "sim-fast"]);
    await page.getByRole("button", { name: "TTFT ms p50" }).first().focus();
    await page.keyboard.press("Enter");
    expect(await names()).toEqual(["sim-fast", "sim-flaky"]);
  });

  it.for([
    ["light", WIDE],
    ["dark", PHONE],
  ] as const)("has no serious barrier by axe-core, %s", async ([colorScheme, size]) => {
    for (const path of pages) {
      const { page } = await openPage(browser, join(out, path), { ...size, colorScheme });
      expect(await seriousFindings(page), path).toEqual([]);
    }
  });
});
