import { describe, expect, it } from "vitest";
import { echoTest } from "../../src/protocol/echo.ts";

const KNOWN = ["meta-llama/Meta-Llama-3.1-405B-Instruct", "llama-3.1-405b-instruct"];

describe("an echoed model", () => {
  it.each([
    "meta-llama/Meta-Llama-3.1-405B-Instruct",
    "META-LLAMA/meta-llama-3.1-405b-instruct",
    "llama-3.1-405b-instruct",
    "meta-llama/Meta-Llama-3.1-405B-Instruct:together",
    "accounts/fireworks/models/llama-3.1-405b-instruct",
  ])("%s is the one that was asked for", (echoed) => {
    expect(echoTest("same", KNOWN)(echoed)).toBe(true);
    expect(echoTest("unknown", KNOWN)(echoed)).toBe(true);
  });

  it.each([
    "meta-llama/Llama-3.3-70B-Instruct",
    "meta-llama/Llama-3.2-11B-Vision-Instruct",
    "meta-llama/Meta-Llama-3.1-70B-Instruct",
    "meta-llama/Meta-Llama-3.1-405B",
    "another-model",
    "",
  ])("%j is another one: a silent redirect", (echoed) => {
    expect(echoTest("same", KNOWN)(echoed)).toBe(false);
    expect(echoTest("unknown", KNOWN)(echoed)).toBe(false);
  });

  it("in another spelling is believed only where nobody knows how the seller writes names", () => {
    const echoed = "meta/llama_3.1_405b_instruct";
    expect(echoTest("unknown", KNOWN)(echoed)).toBe(true);
    expect(echoTest("same", KNOWN)(echoed)).toBe(false);
  });

  it("says nothing about a server that is known to echo something else", () => {
    expect(echoTest("differs", ["tgi"])("meta-llama/Llama-3.1-405B-Instruct-FP8")).toBe(true);
  });

  it("may carry the tag that was asked for, and no other", () => {
    expect(echoTest("same", ["llama3.1:405b"])("llama3.1:405b")).toBe(true);
    expect(echoTest("same", ["llama3.1:405b"])("llama3.1:8b")).toBe(false);
  });
});
