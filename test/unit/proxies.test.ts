import { describe, expect, it } from "vitest";
import { proxyOf } from "../../src/cli/proxies.ts";

const BOTH = { HTTP_PROXY: "http://plain.example:3128", HTTPS_PROXY: "http://secure.example:3128" };
const chosen = (url: string, env: NodeJS.ProcessEnv): string | null => proxyOf(new URL(url), env)?.proxy.origin ?? null;

describe("the proxy of a target", () => {
  it("is chosen by its scheme, lower case first, and none when nothing is set", () => {
    expect(chosen("https://api.example/v1", BOTH)).toBe("http://secure.example:3128");
    expect(chosen("http://api.example/v1", BOTH)).toBe("http://plain.example:3128");
    expect(chosen("https://api.example", { ...BOTH, https_proxy: "http://lower.example" })).toBe(
      "http://lower.example",
    );
    expect(chosen("https://api.example", { ...BOTH, https_proxy: "" })).toBe("http://secure.example:3128");
    expect(chosen("https://api.example", { HTTP_PROXY: BOTH.HTTP_PROXY })).toBeNull();
    expect(chosen("https://api.example", {})).toBeNull();
  });

  it("may be written without its scheme, as curl has it", () => {
    expect(chosen("https://api.example", { HTTPS_PROXY: "proxy.example:8080" })).toBe("http://proxy.example:8080");
  });

  it.each([
    "http://127.0.0.1:8000",
    "https://127.9.9.9",
    "http://localhost:8405",
    "http://a.localhost",
    "https://[::1]",
  ])("is never asked for %s, which is this host", (url) => expect(chosen(url, BOTH)).toBeNull());

  it.each([
    ["*", "https://api.example", true],
    ["api.example", "https://api.example", true],
    ["API.Example", "https://api.example", true],
    ["example", "https://api.example", true],
    [".example", "https://api.example", true],
    ["*.example", "https://api.example", true],
    ["pi.example", "https://api.example", false],
    ["other.test, api.example", "https://api.example", true],
    ["other.test api.example", "https://api.example", true],
    ["api.example:443", "https://api.example", true],
    ["api.example:8443", "https://api.example", false],
    ["api.example:8443", "https://api.example:8443", true],
    ["10.1.2.3", "http://10.1.2.3:8000", true],
    ["10.0.0.0/8", "http://10.1.2.3:8000", true],
    ["10.0.0.0/8", "http://11.1.2.3:8000", false],
    ["10.0.0.0/99", "http://10.1.2.3:8000", false],
    ["10.0.0.0/8", "https://api.example", false],
    ["2001:db8::/32", "https://[2001:db8::7]", true],
    ["[2001:db8::7]", "https://[2001:db8::7]", true],
    ["[2001:db8::7]:8443", "https://[2001:db8::7]:8443", true],
    ["[2001:db8::7]:8443", "https://[2001:db8::7]", false],
    ["3.4", "http://1.2.3.4", false],
    ["", "https://api.example", false],
  ])("NO_PROXY=%s and %s: direct %s", (NO_PROXY, url, direct) => {
    expect(chosen(url, { ...BOTH, NO_PROXY }) === null).toBe(direct);
    expect(chosen(url, { ...BOTH, no_proxy: NO_PROXY, NO_PROXY: "unused.example" }) === null).toBe(direct);
  });

  it("keeps its credentials out of its origin", () => {
    const found = proxyOf(new URL("https://api.example"), { HTTPS_PROXY: "http://us%40er:p%3Aw@proxy.example:3128/" });
    expect(found).toEqual({
      proxy: {
        origin: "http://proxy.example:3128",
        authorization: `Basic ${Buffer.from("us@er:p:w").toString("base64")}`,
      },
      secrets: ["us@er:p:w", "p:w"],
    });
  });

  it.each(["socks5://user:secret@proxy.example", "http://us er:secret@proxy:99999", "ftp://secret@proxy"])(
    "that cannot be used is refused without a word of it: %s",
    (HTTPS_PROXY) => {
      const attempt = (): unknown => proxyOf(new URL("https://api.example"), { HTTPS_PROXY });
      expect(attempt).toThrow(/^HTTPS_PROXY: must be/);
      expect(attempt).not.toThrow(/secret/);
    },
  );
});
