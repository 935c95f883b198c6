import { BlockList, isIP } from "node:net";
import type { Proxy } from "../transport/route.ts";
import { UsageError } from "./usage-error.ts";

/** The proxy of a target, and what of it must never be shown. */
export interface FoundProxy {
  readonly proxy: Proxy;
  readonly secrets: readonly string[];
}

/**
 * The proxy that the environment names for a URL: `HTTPS_PROXY` or `HTTP_PROXY` by its scheme, lower case first; null for
 * a direct connection. This host itself is never asked for through a proxy, nor is what `NO_PROXY` lists: names with all
 * that is below them, addresses, ranges (`10.0.0.0/8`), each with a port or without, or `*`.
 *
 * @throws UsageError naming the variable, never its value, which may hold a password
 */
export function proxyOf(url: URL, env: NodeJS.ProcessEnv): FoundProxy | null {
  const host = hostOf(url);
  if (isLoopback(host) || entries(env).some((entry) => isListed(entry, host, portOf(url)))) return null;
  const name = url.protocol === "https:" ? "https_proxy" : "http_proxy";
  const variable = [name, name.toUpperCase()].find((each) => (env[each] ?? "").trim() !== "");
  return variable === undefined ? null : proxyIn(variable, env[variable]!.trim());
}

function proxyIn(variable: string, value: string): FoundProxy {
  // As curl has it: a proxy without a scheme is a plain HTTP one.
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(
      `${variable}: must be an http:// or https:// URL (SOCKS is not spoken): mend it, unset it, or list the target in NO_PROXY`,
    );
  }
  const [user, password] = [decoded(url.username), decoded(url.password)];
  if (user === "" && password === "") return { proxy: { origin: url.origin, authorization: null }, secrets: [] };
  const pair = `${user}:${password}`;
  const authorization = `Basic ${Buffer.from(pair).toString("base64")}`;
  return { proxy: { origin: url.origin, authorization }, secrets: [pair, password === "" ? user : password] };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function entries(env: NodeJS.ProcessEnv): readonly string[] {
  const list = [env["no_proxy"], env["NO_PROXY"]].find((each) => (each ?? "").trim() !== "") ?? "";
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== "");
}

function isListed(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  if (isIP(entry.replace(/^\[|\]$|\/\d+$/g, "")) > 0) return isInRange(entry.replace(/[[\]]/g, ""), host);
  const [, name = "", onlyPort] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(entry) ?? [];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const bare = name.replace(/^\*?\./, "");
  return host === bare || (isIP(host) === 0 && host.endsWith(`.${bare}`));
}

/** @param range an address, or one with the length of its prefix: `10.0.0.0/8` */
function isInRange(range: string, host: string): boolean {
  const [address = "", prefix] = range.split("/");
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  if (isIP(host) === 0 || Number(prefix ?? 0) > (family === "ipv6" ? 128 : 32)) return false;
  const list = new BlockList();
  if (prefix === undefined) list.addAddress(address, family);
  else list.addSubnet(address, Number(prefix), family);
  return list.check(host, isIP(host) === 6 ? "ipv6" : "ipv4");
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || isInRange("127.0.0.0/8", host) || host === "::1";
}

/** Lower case, an IPv6 address without its brackets. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}

function portOf({ port, protocol }: URL): string {
  return port === "" ? (protocol === "https:" ? "443" : "80") : port;
}
