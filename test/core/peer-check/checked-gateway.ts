/** A whole gateway in this process for the checker to check, whose answers may be spoilt in one way before they reach it. */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingHttpHeaders, request as httpRequest, type Server } from "node:http";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import type { TestContext } from "node:test";
import { parseCode } from "../../../core/federation/wire/code-text.ts";
import { type RunningGateway, startGateway } from "../../../core/gateway.ts";
import {
  type CheckOptions,
  type CheckReport,
  type OwnPlace,
  runChecks,
} from "../../../core/peer-check/run-checks.ts";
import { freePorts } from "../../../deploy/servers/ports.ts";
import { FakeBridge } from "../../support/fake-bridge.ts";
import { FakePlatform } from "../../support/fake-platform.ts";
import { directWire, fileLog } from "../../support/harness.ts";
import { harnessConfig } from "../../support/harness-config.ts";
import { domain } from "../federation/two-gateways.ts";

/** An answer on its way from the gateway to the checker. */
export interface Passing {
  readonly method: string;
  readonly target: string;
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

const untouched = (): void => undefined;

export class CheckedGateway {
  readonly endpoint: string;
  readonly place: OwnPlace;
  readonly platform = new FakePlatform();
  /** Spoils an answer. */
  tamper: (passing: Passing) => void = untouched;
  readonly #upstream: number;
  #gateway: RunningGateway | null = null;

  private constructor([proxy = 0, upstream = 0, own = 0]: readonly number[]) {
    this.#upstream = upstream;
    this.endpoint = `http://127.0.0.1:${proxy}`;
    const endpoint = `http://127.0.0.1:${own}`;
    this.place = { base: domain("check.example"), endpoint, listen: { host: "127.0.0.1", port: own } };
  }

  static async start(t: TestContext, folder: string): Promise<CheckedGateway> {
    const checked = new CheckedGateway(await freePorts(3));
    const proxy = await checked.#serve();
    const { platform, place } = checked;
    const accounts = [{ name: "fake", bridge: "fake" }];
    const own = join(folder, randomUUID().slice(0, 8));
    const config = harnessConfig({ folder: own }, accounts);
    const federation = {
      ...config.federation,
      listen: { host: "127.0.0.1", port: checked.#upstream },
      endpoint: checked.endpoint,
      peers: [{ base: place.base, endpoint: place.endpoint, key: null }],
    };
    const bridge = () => new FakeBridge(platform.modes, directWire(platform));
    const gateway = await startGateway({ ...config, federation }, bridge, fileLog(own));
    checked.#gateway = gateway;
    t.after(async () => {
      proxy.closeAllConnections();
      proxy.close();
      await gateway.stop();
    });
    return checked;
  }

  get operations(): RunningGateway["operations"] {
    if (this.#gateway === null) throw new Error("it is started");
    return this.#gateway.operations;
  }

  /** A code for a new room's group, or between the gateways where no room is named. */
  async code(room: string | null): Promise<string> {
    const place = room === null ? null : { account: "fake", room };
    const question = { group: null, room: place, uses: 1, lifeMs: 3_600_000, confirm: false };
    return (await this.operations.federation.createCode(question)).code;
  }

  /** Checks it; as a stranger where nothing more is said. */
  async check(code: string | null, more: Partial<CheckOptions> = {}): Promise<CheckReport> {
    const spoilt = this.tamper !== untouched;
    return runChecks({
      // A proxy has its own way with heads that are too long or slow.
      url: spoilt ? this.endpoint : `http://127.0.0.1:${this.#upstream}`,
      code: code === null ? null : parseCode(code),
      place: code === null ? null : this.place,
      ownerWaitSeconds: 0,
      brief: true,
      progress: () => undefined,
      ...more,
    });
  }

  /** As a load balancer does, and octet by octet but for what is spoilt. */
  async #serve(): Promise<Server> {
    const server = createServer((request, response) => {
      const { method = "", headers, url: target = "/" } = request;
      const onward = httpRequest({ port: this.#upstream, host: "127.0.0.1", method, path: target, headers });
      onward.on("error", () => response.destroy());
      onward.on("response", (answer) => {
        buffer(answer).then(
          (body) => {
            const passing: Passing = {
              method,
              target,
              status: answer.statusCode ?? 0,
              headers: answer.headers,
              body,
            };
            this.tamper(passing);
            const { "content-length": _length, "transfer-encoding": _coding, ...kept } = passing.headers;
            response.writeHead(passing.status, kept).end(method === "HEAD" ? undefined : passing.body);
          },
          () => response.destroy(),
        );
      });
      response.on("close", () => onward.destroy());
      request.pipe(onward);
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(Number(new URL(this.endpoint).port), "127.0.0.1", resolve);
    await promise;
    return server;
  }
}
