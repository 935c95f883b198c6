import { describe, expect, it } from "vitest";
import { addressOf } from "../../src/cli/target-address.ts";
import { parseProvider } from "../../src/scenario/provider-file.ts";

function provider(fields: object): Parameters<typeof addressOf>[0] {
  const text = JSON.stringify({ id: "shop", name: "Shop", baseUrl: null, signIn: { scheme: "none" }, ...fields });
  const parsed = parseProvider(text, "shop.json");
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  return parsed.provider;
}

const NOTHING = { baseUrl: null, region: null, parameters: {} };
const ACCOUNT = {
  baseUrl: "https://{account}.{region}.example/v1",
  regions: ["eu", "us"],
  parameters: { account: { title: "The account", env: ["SHOP_ACCOUNT", "SHOP_ID"] } },
};

describe("the address of a target", () => {
  it("is filled from the target, then the environment, then the provider's own facts", () => {
    expect(addressOf(provider(ACCOUNT), NOTHING, { SHOP_ID: "seven" })).toEqual({
      ok: true,
      address: { baseUrl: "https://seven.eu.example/v1", region: "eu", parameters: { account: "seven" } },
    });
    expect(
      addressOf(provider(ACCOUNT), { ...NOTHING, region: "us", parameters: { account: "mine" } }, { SHOP_ID: "seven" }),
    ).toMatchObject({ ok: true, address: { baseUrl: "https://mine.us.example/v1", region: "us" } });
  });

  it("takes a host that is given as a whole address, as some variables hold it", () => {
    const workspace = { baseUrl: "https://{host}/v1", parameters: { host: { title: "The host", env: ["SHOP_HOST"] } } };
    for (const SHOP_HOST of ["shop.example", "https://shop.example", "https://shop.example/"]) {
      const found = addressOf(provider(workspace), NOTHING, { SHOP_HOST });
      expect(found).toMatchObject({ ok: true, address: { baseUrl: "https://shop.example/v1" } });
    }
  });

  it("names what is missing and where to put it", () => {
    expect(addressOf(provider(ACCOUNT), NOTHING, {})).toEqual({
      ok: false,
      problems: [
        "The account is missing: set the environment variable SHOP_ACCOUNT, or put it into herdbench.json as parameters.account",
      ],
    });
    expect(addressOf(provider({}), NOTHING, {})).toEqual({
      ok: false,
      problems: ["provider shop has no address of its own: give --base-url, or set baseUrl in herdbench.json"],
    });
    expect(addressOf(provider({ baseUrl: "https://{region}.example" }), NOTHING, {})).toEqual({
      ok: false,
      problems: ["a region is missing: put it into herdbench.json as region"],
    });
  });

  it("lacks nothing that stands only in an address which the target replaces", () => {
    const own = { ...NOTHING, baseUrl: "https://gateway.example/v1" };
    expect(addressOf(provider(ACCOUNT), own, {})).toMatchObject({
      ok: true,
      address: { baseUrl: "https://gateway.example/v1", parameters: {} },
    });
    // What stands in no address goes into the body, whatever the address.
    const body = { ...ACCOUNT, parameters: { ...ACCOUNT.parameters, project: { title: "The project", env: [] } } };
    expect(addressOf(provider(body), own, {})).toMatchObject({
      ok: false,
      problems: [expect.stringContaining("The project is missing")],
    });
  });

  it("is refused in a file that names a placeholder without a parameter", () => {
    const text = JSON.stringify({
      id: "shop",
      name: "Shop",
      baseUrl: "https://{who}.example",
      signIn: { scheme: "none" },
    });
    expect(parseProvider(text, "shop.json")).toEqual({
      ok: false,
      problems: ["baseUrl: {who} has no entry in parameters"],
    });
  });
});
