import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
import {
  bitString,
  explicit,
  implicit,
  integer,
  octetString,
  oid,
  sequence,
  set,
  time,
  TRUE,
  utf8String,
} from "./der.ts";

/** What is wrong with a certificate on purpose. */
export interface CertificateFaults {
  /** It ended a day ago. */
  readonly expired?: boolean;
  /** It is made out to another host. */
  readonly wrongHost?: boolean;
}

/** What an HTTPS server shows, all PEM. */
export interface Certificate {
  /** The authority's certificate: who trusts it trusts this server. Its key is thrown away. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const DAY_MS = 86_400_000;
/** Longer than any run; the authority's key is gone anyway. */
const VALID_DAYS = 30;
const AUTHORITY_NAME = nameOf("herdbench simulator, throw-away authority");
const SERVER_NAME = nameOf("herdbench simulator");
const ECDSA_WITH_SHA256 = sequence(oid("1.2.840.10045.4.3.2"));
const CERTIFICATE_V3 = explicit(0, integer(2));

/** dNSName is [2], iPAddress is [7] (RFC 5280, section 4.2.1.6). */
const LOOPBACK = [
  implicit(2, Buffer.from("localhost")),
  implicit(7, Uint8Array.of(127, 0, 0, 1)),
  implicit(
    7,
    Uint8Array.from({ length: 16 }, (_, index) => (index === 15 ? 1 : 0)),
  ),
];
/** A name that never exists (RFC 6761). */
const ELSEWHERE = [implicit(2, Buffer.from("elsewhere.invalid"))];

/**
 * A certificate for 127.0.0.1, ::1 and localhost, and the authority that signed it: P-256 keys, made anew each time, with
 * all extensions that strict verification asks for (RFC 5280, section 4.2).
 *
 * @param nowMs moment of the start, Unix milliseconds
 */
export function makeCertificate(nowMs: number, faults: CertificateFaults): Certificate {
  const authority = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const server = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const signed = { issuer: AUTHORITY_NAME, signer: authority.privateKey };
  const authorityKeyId = keyIdOf(authority.publicKey);
  const ca = certificate({
    ...signed,
    subject: AUTHORITY_NAME,
    publicKey: authority.publicKey,
    fromMs: nowMs - 3 * DAY_MS,
    untilMs: nowMs + VALID_DAYS * DAY_MS,
    extensions: [
      // Basic constraints: an authority, and none below it.
      extension("2.5.29.19", sequence(TRUE, integer(0)), "critical"),
      // Key usage: bits 5 and 6, keyCertSign and cRLSign.
      extension("2.5.29.15", bitString(Uint8Array.of(0b0000_0110), 1), "critical"),
      extension("2.5.29.14", octetString(authorityKeyId)),
    ],
  });
  const cert = certificate({
    ...signed,
    subject: SERVER_NAME,
    publicKey: server.publicKey,
    fromMs: nowMs - 2 * DAY_MS,
    untilMs: nowMs + (faults.expired === true ? -1 : VALID_DAYS) * DAY_MS,
    extensions: [
      extension("2.5.29.19", sequence(), "critical"),
      // Bit 0, digitalSignature.
      extension("2.5.29.15", bitString(Uint8Array.of(0b1000_0000), 7), "critical"),
      // Extended key usage: serverAuth.
      extension("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.1"))),
      // Subject alternative names, the only ones that a client looks at.
      extension("2.5.29.17", sequence(...(faults.wrongHost === true ? ELSEWHERE : LOOPBACK))),
      extension("2.5.29.14", octetString(keyIdOf(server.publicKey))),
      extension("2.5.29.35", sequence(implicit(0, authorityKeyId))),
    ],
  });
  return { ca, cert, key: server.privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
}

/** A signed certificate (RFC 5280, section 4.1), PEM. */
function certificate(given: {
  readonly issuer: Buffer;
  readonly signer: KeyObject;
  readonly subject: Buffer;
  readonly publicKey: KeyObject;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly extensions: readonly Buffer[];
}): string {
  const toBeSigned = sequence(
    CERTIFICATE_V3,
    // Serial number: positive, and different each time.
    integer(1, ...randomBytes(15)),
    ECDSA_WITH_SHA256,
    given.issuer,
    sequence(time(given.fromMs), time(given.untilMs)),
    given.subject,
    publicKeyInfo(given.publicKey),
    explicit(3, sequence(...given.extensions)),
  );
  const signature = bitString(sign("sha256", toBeSigned, given.signer));
  const base64 = sequence(toBeSigned, ECDSA_WITH_SHA256, signature).toString("base64");
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{1,64}/g, "$&\n")}-----END CERTIFICATE-----\n`;
}

function extension(id: string, value: Buffer, critical?: "critical"): Buffer {
  return sequence(oid(id), ...(critical === undefined ? [] : [TRUE]), octetString(value));
}

/** A distinguished name of a common name alone. */
function nameOf(commonName: string): Buffer {
  return sequence(set(sequence(oid("2.5.4.3"), utf8String(commonName))));
}

/** RFC 7093, section 2, method 4 with SHA-256 cut to the customary 160 bits. */
function keyIdOf(publicKey: KeyObject): Buffer {
  return createHash("sha256").update(publicKeyInfo(publicKey)).digest().subarray(0, 20);
}

function publicKeyInfo(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: "spki", format: "der" });
}
