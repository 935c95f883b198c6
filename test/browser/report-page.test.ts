import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reportHtml } from "../../src/report/html/page.ts";
import { openPage, seriousFindings, startBrowser } from "../support/browser.ts";
import { columnOf, figuresOf, textTroubles } from "../support/page-facts.ts";
import { analysisOf } from "../support/measured.ts";
import { pageRecord } from "../support/page-record.ts";
import { suiteFolder } from "../support/temporary.ts";

const folder = suiteFolder();
let browser: Browser;

beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

/** Writes a page of a made-up run and says where it is. */
function pageOf(name: string, size: Parameters<typeof pageRecord>[0]): string {
  const record = pageRecord(size);
  const file = join(folder, `${name}.html`);
  writeFileSync(file, reportHtml(analysisOf(record), record));
  return file;
}

const SIX = pageOf("six", { targets: 6, scenarios: 1, requests: 120, names: [] });
const LARGE = pageOf("large", { targets: 12, scenarios: 6, requests: 60, names: [] });
const WIDE = { viewport: { width: 1440, height: 900 } };

const PICTURES = [
  "Price against output speed",
  "Time to first token, all requests",
  "Time to first token over the run",
  "Failures by kind",
  "Cost against carbon",
  "Gaps between chunks",
  "Inside a median and a slow request",
  "Client against server TTFT",
];

describe("the page, opened from disk", () => {
  it("asks for nothing, and neither it nor its policy has anything to complain of", async () => {
    for (const file of [SIX, LARGE]) {
      const { complaints, requests } = await openPage(browser, file, WIDE);
      expect({ complaints, requests }).toEqual({ complaints: [], requests: [] });
    }
  });

  it("is under 2 MB for 12 targets in 6 scenarios", () => {
    expect(statSync(LARGE).size).toBeLessThan(2_000_000);
  });

  it("draws every picture with a mark for each target, a caption and words for those who do not see it", async () => {
    const { page } = await openPage(browser, SIX, WIDE);
    const figures = await figuresOf(page);
    expect(figures.map(({ title }) => title)).toEqual(PICTURES);
    for (const { title, marks, heightPx, words, caption } of figures) {
      expect(marks, title).toBeGreaterThanOrEqual(6);
      expect(heightPx, title).toBeGreaterThan(60);
      expect(words, title).toMatch(/target-1 .*\d/);
      expect(caption.length, title).toBeGreaterThan(60);
    }
  });

  it.for([390, 1440])("cuts no text of a picture and lets no two overlap, %i px wide", async (width) => {
    const { page } = await openPage(browser, SIX, { viewport: { width, height: 900 } });
    expect(await textTroubles(page)).toEqual([]);
  });

  it("folds the verdicts behind their leaders on a screen, and not on paper", async () => {
    const { page } = await openPage(browser, SIX, WIDE);
    const row = page.getByRole("region", { name: "Verdicts in this window" }).locator("tbody tr").first();
    expect(await page.locator("details > summary").innerText()).toMatch(/^\d+ verdicts$/);
    expect(await row.isVisible()).toBe(false);
    await page.emulateMedia({ media: "print" });
    expect(await page.evaluate(`document.querySelector("details").getBoundingClientRect().height`)).toBeGreaterThan(
      500,
    );
  });

  it("fits a phone: the page does not scroll sideways, wide tables do by themselves", async () => {
    for (const file of [SIX, LARGE]) {
      const { page } = await openPage(browser, file, { viewport: { width: 390, height: 844 } });
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
      const scrolls = await page.evaluate(
        `[...document.querySelectorAll(".wide")].some((one) => one.scrollWidth > one.clientWidth)`,
      );
      expect(scrolls).toBe(true);
    }
  });

  it.for([
    ["light", 1440],
    ["dark", 390],
  ] as const)("has no serious barrier by axe-core, %s at %i px", async ([colorScheme, width]) => {
    const { page } = await openPage(browser, SIX, { colorScheme, viewport: { width, height: 900 } });
    expect(await seriousFindings(page)).toEqual([]);
  });
});

describe("the tables", () => {
  it("sort by keyboard, up and down, with empty cells last both ways", async () => {
    const { page } = await openPage(browser, SIX, WIDE);
    const region = page.getByRole("region", { name: "chat-1", exact: true });
    const heading = region.getByRole("columnheader", { name: "TTFT ms p50" });
    const column = async (): Promise<number[]> => (await columnOf(page, "chat-1", "TTFT ms p50")).map(Number);
    const before = await column();
    // From the region on, as a reader comes to it.
    await region.focus();
    for (let tabs = 0; tabs < 20 && (await heading.locator("button:focus").count()) === 0; tabs += 1) {
      await page.keyboard.press("Tab");
    }
    // The first one turns the order round: the made-up targets stand from fast to slow.
    await page.keyboard.press("Enter");
    await page.keyboard.press("Space");
    expect(await heading.getAttribute("aria-sort")).toBe("descending");
    expect(await column()).toEqual(before.toSorted((a, b) => b - a));
    await page.keyboard.press("Enter");
    expect(await heading.getAttribute("aria-sort")).toBe("ascending");
    expect(await column()).toEqual(before.toSorted((a, b) => a - b));

    const price = region.getByRole("columnheader", { name: "$/M tok" });
    for (const direction of ["ascending", "descending"]) {
      await price.getByRole("button").press("Enter");
      expect(await price.getAttribute("aria-sort")).toBe(direction);
      expect((await columnOf(page, "chat-1", "$/M tok")).at(-1), direction).toBe("unknown");
    }
    expect(await heading.getAttribute("aria-sort")).toBe(null);
  });

  it("are there to be read with scripting off, and so are the pictures", async () => {
    const { page } = await openPage(browser, SIX, { ...WIDE, javaScriptEnabled: false });
    const region = page.getByRole("region", { name: "chat-1" });
    expect(await region.getByRole("row").count()).toBe(7);
    expect(await region.getByRole("rowheader", { name: "target-1" }).isVisible()).toBe(true);
    expect(await page.getByRole("button").count()).toBe(0);
    expect(await page.locator("figure > svg").count()).toBe(PICTURES.length);
    expect(await page.locator("figure > svg").first().isVisible()).toBe(true);
  });
});

describe("what a provider planted", () => {
  const PLANTED = [
    "<script>window.planted = 1</script>",
    "</script><script>window.planted = 1</script>",
    "\"><img src=x onerror='window.planted = 1'>",
    "<svg onload='window.planted = 1'></svg>",
    "</style><style>body { display: none }</style>",
    "<a href='javascript:window.planted = 1'>click</a>",
  ];

  it("stands on the page as text, and does nothing", async () => {
    const file = pageOf("planted", { targets: 6, scenarios: 2, requests: 40, names: PLANTED });
    const { page, complaints, requests } = await openPage(browser, file, WIDE);
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [] });
    expect(await page.evaluate("window.planted")).toBe(undefined);
    expect(await page.locator("script, img, iframe, object, style, a:not([href^='#'])").count()).toBe(2);
    expect(await page.locator("body").isVisible()).toBe(true);
    for (const text of PLANTED) expect(await page.locator("body").innerText()).toContain(text);
  });

  it("would be refused by the policy even if it came onto the page", async () => {
    const { page } = await openPage(browser, SIX, WIDE);
    const refused = await page.evaluate(`new Promise((resolve) => {
      document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
      const script = document.createElement("script");
      script.textContent = "window.planted = 1";
      document.body.append(script);
    })`);
    expect(refused).toBe("script-src-elem");
    expect(await page.evaluate("window.planted")).toBe(undefined);
  });
});
