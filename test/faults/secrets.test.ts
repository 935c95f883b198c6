import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RunRecord } from "../../src/core/run.ts";
import { latestRun } from "../../src/store/resolve.ts";
import { readRun } from "../../src/store/read.ts";
import { startHerdbench, type Ended } from "../support/herdbench.ts";
import { filesBelow, formsOf, leaks } from "../support/leaks.ts";
import { suiteFolder } from "../support/temporary.ts";
import { event, pause, streamHead, textEvent, wireServer, type WireServer } from "../support/wire-server.ts";

/* A server that gives back the key it was sent, in every place and form, and a proxy that does so with its password. */

// Characters that URLs, JSON and HTML write in another way. Neither opens anything.
const KEY = 'Not+a/real"key%4f3a9\\Zq7&wX2<vB8>mC5';
const PASSWORD = "Not=a:real@pass+word/K3h8Rt6Yp1";
const FORMS = Object.values(formsOf(KEY));

const json = (status: string, body: unknown, extra: readonly string[] = []): string =>
  streamHead(extra, status, "application/json") + JSON.stringify(body);

/** Whole answers, by what gives the key back. */
const ECHOES: Readonly<Record<string, (text: string) => string>> = {
  message: (text) => json("401 Unauthorized", { error: { message: `bad key ${text}, go away` } }),
  code: (text) => json("400 Bad Request", { error: { message: "no", code: text, type: text } }),
  page: (text) => `${streamHead([], "500 Oh", "text/html")}<p>${text}</p>`,
  reason: (text) => streamHead([], `401 ${text}`, "text/plain"),
  headers: (text) =>
    json("429 Too Many Requests", {}, [
      `www-authenticate: Bearer ${text}`,
      `x-request-id: ${text}`,
      `retry-after: ${text}`,
      `x-ratelimit-remaining-requests: ${text}`,
    ]),
  location: (text) => streamHead([`location: http://elsewhere.invalid/?key=${text}`], `302 ${text}`) + text,
  type: (text) => streamHead([], "200 OK", `text/${text}`),
  encoding: (text) => streamHead([`content-encoding: ${text}`]) + textEvent("a"),
  stream: (text) => streamHead() + textEvent(" one") + event({ error: { message: text, code: text } }),
  nonsense: (text) => `${streamHead()}event: ${text}\n: ${text}\nid: ${text}\ndata: ${text}\n\n`,
  model: (text) =>
    streamHead() +
    event({ id: text, model: text, choices: [{ index: 0, delta: { content: text }, finish_reason: null }] }) +
    event({ model: text, choices: [{ index: 0, delta: { content: text }, finish_reason: text }] }) +
    event("[DONE]"),
  bytes: (text) => text,
};

const cwd = suiteFolder();
const replies: string[] = [];
let server: WireServer;
let proxy: WireServer;
let ended: Ended;
let record: RunRecord;
let processes: ReadonlyMap<string, string>;

beforeAll(async () => {
  const asked = new Map<string, number>();
  server = await wireServer(async (socket, request) => {
    const [, place = ""] = /^POST \/(\w+)\//.exec(request) ?? [];
    const count = asked.get(place) ?? 0;
    asked.set(place, count + 1);
    const reply = ECHOES[place]!(FORMS[count % FORMS.length]!);
    replies.push(reply);
    // Long enough for somebody to look at the processes meanwhile.
    if (count === 0) await pause(1000);
    socket.end(Buffer.from(reply, "latin1"));
  });
  proxy = await wireServer((socket, request) => {
    const [, sent = ""] = /proxy-authorization: (?:Basic )(\S+)/i.exec(request) ?? [];
    const body = `${sent} is ${Buffer.from(sent, "base64").toString()}, ${PASSWORD}`;
    socket.end(streamHead([], `407 ${sent}`, "text/plain") + body);
  });
  const targets = Object.keys(ECHOES).map((place) => [place, `${server.origin}/${place}`] as const);
  const config = [...targets, ["proxied", "http://behind.invalid"] as const].map(([id, baseUrl]) => ({
    id,
    provider: "openai-compatible",
    model: "m",
    baseUrl,
    apiKeyEnv: "MY_KEY",
  }));
  writeFileSync(join(cwd, "herdbench.json"), JSON.stringify({ targets: config }));
  mkdirSync(join(cwd, "dumps"));
  const { host } = new URL(proxy.origin);
  const load = [
    "--num-prompts",
    String(FORMS.length),
    "--max-concurrency",
    "1",
    "--input-len",
    "20",
    "--output-len",
    "8",
  ];
  const running = startHerdbench(["run", "--max-cost", "none", ...load], {
    cwd,
    env: {
      MY_KEY: KEY,
      HTTP_PROXY: `http://user:${encodeURIComponent(PASSWORD)}@${host}`,
      // The report that Node writes when it crashes, here when it is asked to.
      NODE_OPTIONS: "--report-on-signal --report-on-fatalerror --report-uncaught-exception --report-directory=dumps",
    },
  });
  await running.sees("custom  closed 1");
  running.child.kill("SIGUSR2");
  processes = processesBelow(running.child.pid!);
  ended = await running.ended;
  record = await readRun((await latestRun(join(cwd, "results")))!);
});
afterAll(async () => {
  await server.close();
  await proxy.close();
});

/** Arguments of a process and its children, and what the children see of the environment. */
function processesBelow(pid: number): ReadonlyMap<string, string> {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  return new Map([
    ["own arguments", readFileSync(`/proc/${pid}/cmdline`, "latin1")],
    ...children.flatMap((child) => [
      [`arguments of ${child}`, readFileSync(`/proc/${child}/cmdline`, "latin1")] as const,
      [`environment of ${child}`, readFileSync(`/proc/${child}/environ`, "latin1")] as const,
    ]),
  ]);
}

it("the server was sent the key and gave it back in every form, which a search finds", () => {
  expect(server.requests[0]).toContain(`Bearer ${KEY}`);
  const found = leaks(new Map([["replies", replies.join("\n")]]), KEY);
  expect(found).toEqual(Object.keys(formsOf(KEY)).map((form) => `replies: ${form}`));
  expect(record.observations).toHaveLength((Object.keys(ECHOES).length + 1) * FORMS.length);
  expect(record.observations.filter(({ failure }) => failure?.detail?.includes("[redacted]"))).not.toEqual([]);
});

it("no file holds the key, crash dump and compressed rows included", () => {
  const files = filesBelow(cwd);
  const names = [...files.keys()].join("\n");
  expect(names).toMatch(/dumps\/report\..*\.json/);
  expect(names).toMatch(/observations\.ndjson\.gz/);
  expect(names).toMatch(/report\.html/);
  expect(leaks(files, KEY)).toEqual([]);
});

it("no screen holds the key", () => {
  expect(ended.stdout).toContain("Holm");
  const screens = new Map([
    ["stdout", ended.stdout],
    ["stderr", ended.stderr],
  ]);
  expect(leaks(screens, KEY)).toEqual([]);
  expect(leaks(screens, PASSWORD)).toEqual([]);
});

it("no process argument holds the key, and no child can see it", () => {
  expect(processes.size).toBeGreaterThanOrEqual(3);
  expect(leaks(processes, KEY)).toEqual([]);
  expect(leaks(processes, PASSWORD)).toEqual([]);
});

it("a proxy's password is kept as well, by which no host but the proxy is reached", () => {
  expect(proxy.requests[0]).toMatch(/^POST http:\/\/behind\.invalid\//);
  expect(record.manifest.network.proxies).toEqual({ proxied: proxy.origin });
  expect(record.observations.find(({ target }) => target === "proxied")!.failure).toMatchObject({
    kind: "network",
    status: 407,
  });
  expect(leaks(filesBelow(cwd), PASSWORD)).toEqual([]);
  expect(server.requests.join("")).not.toMatch(/proxy-authorization/i);
});
