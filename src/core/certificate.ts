/** The machine and the runtime that a client ran on. */
export interface Host {
  readonly platform: string;
  readonly arch: string;
  readonly cpus: number;
  readonly cpuModel: string;
  readonly memoryBytes: number;
  readonly node: string;
}

/** The heaviest load under which a client's own error stayed within its limit. */
export interface CertifiedLoad {
  /** Answers that stream at once. */
  readonly streams: number;
  /** Content events per second, of all streams together. */
  readonly eventsPerSecond: number;
  /** From the server's write of an event to our stamp of it, p99 over all events, milliseconds. */
  readonly errorMsP99: number;
}

/** `certificate.json`: what the self-test of a machine found. */
export interface Certificate {
  readonly v: 1;
  /** Wall time, ISO 8601 UTC. */
  readonly certifiedAt: string;
  readonly toolVersion: string;
  readonly host: Host;
  readonly limitMs: number;
  /** Null when not even the lightest load kept within the limit. */
  readonly plain: CertifiedLoad | null;
  readonly tls: CertifiedLoad | null;
}

/** A scenario whose answers at once are above what the client is certified for. */
export interface Overload {
  readonly scenario: string;
  /** Answers at once of each target, as planned. */
  readonly streamsEach: number;
  readonly targets: number;
  /** 0 when not even the lightest load kept within the limit. */
  readonly streamsCertified: number;
  /** Its targets take turns therefore, although it was written as paired. */
  readonly isRotated: boolean;
}

/** True when a certificate speaks of this machine, runtime and version: of any other it says nothing. */
export function isOf(certificate: Certificate, host: Host, toolVersion: string): boolean {
  const { platform, arch, cpus, cpuModel, node } = certificate.host;
  return (
    certificate.toolVersion === toolVersion &&
    platform === host.platform &&
    arch === host.arch &&
    cpus === host.cpus &&
    cpuModel === host.cpuModel &&
    node === host.node
  );
}
