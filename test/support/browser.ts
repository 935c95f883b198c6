import { existsSync } from "node:fs";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"] as const;

/** The system's own Chromium, without a window. A page that nobody opened in a browser was not tested, so there has to be one. */
export async function startBrowser(): Promise<Browser> {
  const asked = process.env["CHROMIUM"];
  const executablePath = asked ?? PLACES.find(existsSync);
  if (executablePath === undefined) {
    throw new Error(
      "no Chromium to test the page in: apt-get install chromium, or name one: CHROMIUM=/path/to/chromium",
    );
  }
  // Chromium refuses its own sandbox to root, and shared memory is small in containers.
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** What a page did beside being shown. */
export interface Opened {
  readonly page: Page;
  /** Errors and warnings of the console, uncaught ones, and what the page's policy refused. */
  readonly complaints: readonly string[];
  /** Addresses that were asked for, that of the page left out. */
  readonly requests: readonly string[];
}

export async function openPage(browser: Browser, file: string, options: BrowserContextOptions): Promise<Opened> {
  const page = await (await browser.newContext(options)).newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.message}`));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(`file://${file}`);
  return { page, complaints, requests: requests.splice(0).filter((url) => url !== `file://${file}`) };
}

export interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly where: readonly string[];
}

/** What axe-core finds on the page as it stands, from `serious` on. */
export async function seriousFindings(page: Page): Promise<readonly Finding[]> {
  // By the debugger's way, which a page's policy does not refuse.
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate("axe.run()")) as {
    readonly violations: readonly { id: string; impact: string; nodes: readonly { html: string }[] }[];
  };
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, impact, nodes }) => ({ id, impact, where: nodes.slice(0, 5).map(({ html }) => html.slice(0, 200)) }));
}
