import { spawn } from "node:child_process";
import type { HookOutcome, NightRecord } from "../core/night.ts";
import type { SignInTools } from "../core/sign-in.ts";
import { nightLines } from "../report/night.ts";
import { isSecretName } from "../scenario/secret.ts";
import type { NightlyConfig } from "../scenario/nightly-config.ts";
import { redactor } from "./credentials.ts";

/** Of what a failing command says. */
const SAID_CHARS_MAX = 300;

/** What the hooks need of the world. */
export interface HookTools {
  readonly env: NodeJS.ProcessEnv;
  /** Variables that hold keys of targets or secret addresses, whatever they are called. */
  readonly secretNames: readonly string[];
  /** One small exchange with a time-out of its own. Never throws. */
  readonly exchange: SignInTools["exchange"];
  /** A command that takes longer is ended, and named. */
  readonly limitMs: number;
}

/** Sends the one message of a night, by command and by webhook. A hook that fails is named, and loses nothing. */
export async function tellNight(
  record: NightRecord,
  { onNight, onNightUrlEnv }: NightlyConfig,
  tools: HookTools,
): Promise<readonly HookOutcome[]> {
  const outcomes: HookOutcome[] = [];
  if (onNight !== null) outcomes.push(outcome("onNight", await runCommand(onNight, record, tools)));
  if (onNightUrlEnv !== null) {
    const { night, status, message, pages, findings, regressions, coverage } = record;
    // `text` is what chat services show.
    const body = { text: message, night, status, pages, coverage, findings, regressions: regressions.length };
    outcomes.push(outcome("onNightUrl", await callUrl(onNightUrlEnv, "", JSON.stringify(body), tools)));
  }
  return outcomes;
}

/** Tells a dead-man's switch that the night has begun or ended: who hears nothing knows that it did not. */
export async function pingDeadMan(
  moment: "deadManStart" | "deadManEnd",
  { deadManUrlEnv, deadManStartUrlEnv }: NightlyConfig,
  tools: HookTools,
): Promise<readonly HookOutcome[]> {
  const isStart = moment === "deadManStart";
  const name = isStart ? (deadManStartUrlEnv ?? deadManUrlEnv) : deadManUrlEnv;
  if (name === null) return [];
  const suffix = isStart && deadManStartUrlEnv === null ? "/start" : "";
  return [outcome(moment, await callUrl(name, suffix, null, tools))];
}

function outcome(hook: HookOutcome["hook"], problem: string | null): HookOutcome {
  return { hook, ok: problem === null, detail: problem ?? "" };
}

/** @returns what went wrong, without the address; null for nothing */
async function callUrl(name: string, suffix: string, body: string | null, tools: HookTools): Promise<string | null> {
  const given = (tools.env[name] ?? "").trim();
  const url = URL.parse(given);
  if (url === null || !/^https?:$/.test(url.protocol)) return `${name} holds no http or https URL`;
  url.pathname = url.pathname.replace(/\/+$/, "") + suffix;
  const headers: Readonly<Record<string, string>> = body === null ? {} : { "content-type": "application/json" };
  const request = { method: body === null ? "GET" : "POST", url: url.href, headers, body } as const;
  const answer = await tools.exchange(request);
  // Whoever has the address can write there: neither it nor its path may stand in a record.
  const redact = redactor([given, url.href, url.pathname]);
  if (!answer.ok) return redact(`${name}: ${answer.failure.detail ?? answer.failure.kind}`);
  const { status } = answer.response;
  return status >= 200 && status < 300 ? null : `${name}: answered with HTTP ${status}`;
}

/** `{message}` and its like in arguments are filled in; the whole text goes to standard input. */
async function runCommand(
  argv: readonly string[],
  record: NightRecord,
  { env, secretNames, limitMs }: HookTools,
): Promise<string | null> {
  const { message, status, night, pages } = record;
  const filled = argv.map((argument) => withFields(argument, { message, status, night, pages: String(pages) }));
  const [command, ...args] = filled;
  const isSecret = (name: string): boolean => isSecretName(name) || secretNames.includes(name);
  const child = spawn(command!, args, {
    stdio: ["pipe", "ignore", "pipe"],
    env: picked(env, (name) => !isSecret(name)),
    detached: true,
  });
  const redact = redactor(Object.values(picked(env, isSecret)).filter((value) => value !== undefined));
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(0, SAID_CHARS_MAX);
  });
  // One that does not read is none the worse for it.
  child.stdin.on("error", () => undefined);
  child.stdin.end(`${nightLines(record).join("\n")}\n`);
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      endGroup(child.pid);
      resolve(`${command} took over ${limitMs / 1000} s and was ended`);
    }, limitMs);
    child.once("error", (error) => {
      clearTimeout(timer);
      resolve(`${command} cannot be run: ${error.message}`);
    });
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      child.stderr.destroy();
      const how = code === null ? `was ended by ${signal}` : `ended with ${code}`;
      resolve(code === 0 ? null : `${command} ${how}${said === "" ? "" : `: ${redact(said.trim())}`}`);
    });
  });
}

function withFields(argument: string, fields: Readonly<Record<string, string>>): string {
  return argument.replaceAll(/\{(\w+)\}/g, (whole, name: string) => fields[name] ?? whole);
}

/** With the children that a script may have. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has just ended by itself.
  }
}

/** The keys of sellers are none of a messenger's business. */
function picked(env: NodeJS.ProcessEnv, isPicked: (name: string) => boolean): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => isPicked(name)));
}
