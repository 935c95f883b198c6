import { isDeepStrictEqual } from "node:util";
import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { makeTarget, UNSET } from "../../src/cli/make-target.ts";
import type { Call, Wire } from "../../src/core/provider.ts";
import type { Target } from "../../src/core/target.ts";
import { echoTest } from "../../src/protocol/echo.ts";
import { loadModule } from "../../src/registry.ts";
import { responseFlags } from "../../src/run/response.ts";
import { parseProvider } from "../../src/scenario/provider-file.ts";
import { cutName, dueOf } from "../support/cloud-cuts.ts";
import { encodedFrame, framesOf, headOf, readCloudFixture, type CloudFixture } from "../support/cloud-fixtures.ts";
import { ENDINGS, refusalCutExceptions } from "../support/cuts.ts";
import { cutAt, replay, type Replayed } from "../support/replay.ts";

/* The contract of every provider whose file is code: its facts, its request, and its wire against the fixture in its name. */

/** Its wire is OpenAI's but for the waiting: it is held to the suite of those. */
const ELSEWHERE = new Set(["nvidia"]);

const ids = readdirSync("providers")
  .filter((name) => name.endsWith(".ts"))
  .map((name) => name.slice(0, -".ts".length))
  .filter((id) => !ELSEWHERE.has(id));
const cases = await Promise.all(
  ids.map(async (id) => {
    const { facts, wire } = await loadModule(id, null);
    const fixture = readCloudFixture(id);
    const entry = { ...UNSET, id, provider: id, model: fixture.model };
    const target = await makeTarget(entry, null, fixture.variables ?? {});
    return { id, facts, fixture, target, wire: wire(target) };
  }),
);

function callTo(target: Target, messages: Call["messages"], extraBody: Call["extraBody"] = {}): Call {
  const { baseUrl, endpoint, modelId, parameters } = target;
  return { baseUrl, endpoint, modelId, messages, maxOutputTokens: 16, extraBody, parameters };
}

const TURN = { role: "user", content: "Say when the frost lifts." } as const;

/** All that an answer means, stamps left out. */
function meaning({ parts, response, outcome, failure }: Replayed): object {
  const { contentUs: _stamps, coalesced: _reads, ...timeless } = response;
  return { parts, response: timeless, outcome, failure };
}

/** Cuts of the good answer whose outcome is not the one that the rule of the architecture names. */
function cutExceptions(
  fixture: CloudFixture,
  wire: Wire,
  [named, ended, undecided]: (typeof ENDINGS)[number],
): string[] {
  const bytes = Buffer.concat(framesOf(fixture));
  const dueAt = dueOf(fixture, wire);
  const { text } = fixture.answer;
  return Array.from({ length: bytes.length }, (_, cut) => cut).flatMap((cut) => {
    const { outcome, failure, response } = replay(headOf(fixture), [bytes.subarray(0, cut)], ended, wire);
    const got = cutName({ outcome, failure, flags: responseFlags(response, () => true, wire) });
    const due = dueAt(cut, undecided);
    return got === due && text.startsWith(response.text)
      ? []
      : [`cut at ${cut}, then ${named}: ${got} instead of ${due}`];
  });
}

it("there are eight such files or more", () => {
  expect(cases.length).toBeGreaterThanOrEqual(8);
});

it("misses no terminator where none is documented", () => {
  const undocumented = cases.filter(({ facts, fixture: { answer } }) => {
    const isApart = answer.finishedBy !== null && answer.doneBy !== null && answer.finishedBy < answer.doneBy;
    return isApart && facts.dialect.terminator === "unknown";
  });
  expect(undocumented.map(({ id }) => id)).toEqual(["oci", "snowflake", "vertex"]);
  for (const { fixture, wire } of undocumented) {
    const frames = framesOf(fixture).slice(0, fixture.answer.doneBy! - 1);
    const { response, outcome } = replay(headOf(fixture), frames, null, wire);
    expect([outcome, responseFlags(response, () => true, wire)]).toEqual(["completed", []]);
  }
});

describe.each(cases.map((each) => [each.id, each] as const))("%s", (id, { facts, fixture, target, wire }) => {
  const head = headOf(fixture);
  const frames = framesOf(fixture);
  const bytes = Buffer.concat(frames);

  it("states facts that a file of data could state", () => {
    const parsed = parseProvider(JSON.stringify({ ...facts, signIn: { scheme: "none" } }), `${id}.json`);
    expect(parsed.ok ? [] : parsed.problems).toEqual([]);
    expect(facts.id).toBe(id);
  });

  it("states the same proof as its fixture", () => {
    expect({ kind: fixture.origin, source: fixture.source, date: fixture.date }).toEqual(facts.proof);
  });

  it("gives a source for every limit, and a day or the word that there is none for every price", () => {
    for (const { price, otherPrices, tiers, ...entry } of Object.values(facts.models)) {
      const prices = [price, ...otherPrices, ...Object.values(tiers).flatMap((tier) => tier.price ?? [])];
      for (const each of prices)
        expect(each.kind === "unknown" || each.asOf !== null || /without a date/.test(each.source)).toBe(true);
      const knows = [entry.contextTokens, entry.maxOutputTokens, entry.precision].some((fact) => fact !== null);
      expect(knows && entry.source === null).toBe(false);
    }
    expect(facts.sources.length).toBeGreaterThan(0);
  });

  it("is asked as documented", () => {
    const { method, url, headers, body } = wire.request(callTo(target, [TURN]));
    expect({ method, url, headers, body: JSON.parse(body!) }).toEqual({ method: "POST", ...fixture.request });
  });

  it("is told of every turn of a conversation, and of what the user adds", () => {
    const messages = [
      { role: "system", content: "Be brief-1." },
      { role: "user", content: "Say two-2." },
      { role: "assistant", content: "Two-3." },
      { role: "user", content: "Again-4." },
    ] as const;
    const { body } = wire.request(callTo(target, messages, { added_member: 405 }));
    for (const { content } of messages) expect(body).toContain(content);
    expect(body).toContain('"added_member":405');
  });

  it("is understood: text, usage, finish, terminator and the server's own clock", () => {
    const { text, usage, finish, flags, events, server, totals, doneBy } = fixture.answer;
    const { response, outcome } = replay(head, frames, null, wire);
    expect({
      outcome,
      text: response.text,
      usage: response.usage === null ? null : Object.values(response.usage),
      finish: response.finish,
      flags: responseFlags(response, echoTest(facts.dialect.echo, [target.modelId]), wire),
      events: [response.contentUs.length, response.totalEvents],
      server: response.server,
      done: response.done,
    }).toEqual({ outcome: "completed", text, usage, finish, flags, events, server, done: doneBy !== null });
    if (totals !== undefined) expect(response.totals).toEqual(totals);
  });

  it("means the same however its bytes are cut", () => {
    const whole = meaning(replay(head, [bytes], null, wire));
    const cuts = Array.from({ length: bytes.length }, (_, at) => at);
    const differing = cuts.filter(
      (at) => !isDeepStrictEqual(meaning(replay(head, cutAt(bytes, [at]), null, wire)), whole),
    );
    expect(differing).toEqual([]);
    expect(meaning(replay(head, cutAt(bytes, cuts), null, wire))).toEqual(whole);
  });

  it("cut off at any byte is a named failure, or whole", () => {
    for (const ending of ENDINGS) expect(cutExceptions(fixture, wire, ending)).toEqual([]);
  });

  it("reads nothing behind its terminator", () => {
    if (fixture.answer.doneBy === null) return;
    const behind = fixture.streamErrors.map(({ frame }) => encodedFrame(fixture.framing, frame));
    const late = replay(head, [...frames, ...behind, Buffer.from("no frame at all")], null, wire);
    expect(meaning(late)).toEqual(meaning(replay(head, frames, null, wire)));
  });

  it.each(fixture.streamErrors.map((error) => [JSON.stringify(error.frame), error] as const))(
    "fails when this stands inside its stream: %s",
    (_frame, { frame, kind, code }) => {
      const second =
        frames.findIndex((_, i) => replay(head, frames.slice(0, i + 1), null, wire).response.text !== "") + 1;
      const broken = [...frames.slice(0, second), encodedFrame(fixture.framing, frame), ...frames.slice(second)];
      const { outcome, failure, response } = replay(head, broken, null, wire);
      expect({ outcome, text: response.text }).toEqual({ outcome: "failed", text: "Frost" });
      expect(failure).toMatchObject({ kind, code, where: "stream" });
    },
  );

  it.each(fixture.refusals.map((refusal) => [refusal.what, refusal] as const))("refuses: %s", (_what, refusal) => {
    const { kind, status, code, headers, body } = refusal;
    const text = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
    const { failure } = replay({ status, headers }, [text], null, wire);
    expect(failure).toMatchObject({ kind, status, code, where: "headers" });
    const cuttable = { name: id, head: { status, headers }, bytes: text, text: "", broken: kind };
    for (const ending of ENDINGS) expect(refusalCutExceptions(cuttable, ending, wire)).toEqual([]);
  });

  it("has every failure of an account among its fixtures", () => {
    const kinds = new Set(fixture.refusals.map(({ kind }) => kind));
    for (const kind of ["auth", "not-found", "rate-limited", "overloaded", "server-error", "bad-request"] as const) {
      expect(kinds).toContain(kind);
    }
  });
});
