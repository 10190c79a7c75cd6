/** The operations of a running gateway, asked over its control socket. */
import { request } from "node:http";
import type { z } from "zod";
import type { Milliseconds } from "../time.ts";
import type { ErrorCode } from "../errors.ts";
import { errorCodes, GatewayError } from "../errors.ts";
import type { Operations } from "../operations.ts";
import { health, problem, type ProcedureName, procedures } from "./procedures.ts";

/** Joining a room of a slow platform takes its time. */
const ANSWER_WITHIN: Milliseconds = 120_000;
const HEALTH_WITHIN: Milliseconds = 5_000;
const LARGEST_ANSWER = 64 * 1024 * 1024;

/** No one listens: the socket is missing or was left behind. */
const NOBODY = new Set(["ENOENT", "ECONNREFUSED", "ENOTDIR"]);

/**
 * The operations of the gateway that listens on this socket, or null where none does. Throws GatewayError
 * gateway_unreachable where one listens but does not answer, or may not be asked by this user.
 */
export async function openControlClient(
  socket: string,
  withinMs: Milliseconds = HEALTH_WITHIN,
): Promise<Operations | null> {
  try {
    await ask(socket, { method: "GET", path: "/v1/health", body: null, withinMs }, health);
  } catch (thrown) {
    if (thrown instanceof NobodyListens) return null;
    throw thrown;
  }
  const call = async <Name extends ProcedureName>(
    name: Name,
    question: z.input<(typeof procedures)[Name]["question"]>,
  ): Promise<z.output<(typeof procedures)[Name]["answer"]>> => {
    const answer: z.ZodType = procedures[name].answer;
    const sent = {
      method: "POST",
      path: `/v1/${name}`,
      body: JSON.stringify(question),
      withinMs: ANSWER_WITHIN,
    } as const;
    return (await ask(socket, sent, answer)) as z.output<(typeof procedures)[Name]["answer"]>;
  };
  return {
    status: async () => call("status", {}),
    link: async (rooms, group) => call("link", { rooms: [...rooms], group }),
    unlink: async (room, erase) => call("unlink", { room, erase }),
    resume: async (room, drop) => call("resume", { room, drop }),
    trace: async (id) => call("trace", { id }),
    setAsideList: async () => call("set-aside-list", {}),
    setAsideRetry: async (id) => call("set-aside-retry", { id }),
    setAsideDiscard: async (id) => call("set-aside-discard", { id }),
    doctor: async (account) => call("doctor", { account }),
    moderation: {
      moderate: async (uri, deed) => call("group-moderate", { uri, deed }),
      policy: async (uri, change) => call("group-policy", { uri, ...change }),
    },
    secrets: {
      list: async () => call("secret-list", {}),
      rotate: async () => call("secret-rotate", {}),
      installLink: async (account) => call("install-link", { account }),
      roomPassword: async (room, password) => call("room-password", { room, password }),
    },
    policy: {
      show: async (rooms) => call("policy-show", { rooms }),
      set: async (room, key, value) => call("policy-set", { room, key, value }),
      reset: async (room, key) => call("policy-reset", { room, key }),
      optOuts: async (account) => call("opt-outs", { account }),
      optOut: async (account, user, out) => call("opt-out", { account, user, out }),
    },
    federation: {
      identity: async () => call("identity", {}),
      rotateKey: async (stolen) => call("key-rotate", { stolen }),
      peers: async () => call("peer-list", {}),
      addPeer: async (base, endpoint) => call("peer-add", { base, endpoint }),
      blockPeer: async (base, blocked) => call("peer-block", { base, blocked }),
      blocks: async () => call("block-list", {}),
      block: async (subject, blocked) => call("block", { subject, blocked }),
      codes: async () => call("code-list", {}),
      createCode: async (question) => call("code-create", question),
      revokeCode: async (id) => call("code-revoke", { id }),
      redeem: async (question) => call("redeem", question),
      connections: async () => call("connection-list", {}),
      confirmConnection: async (id) => call("connection-confirm", { id }),
      endConnection: async (id) => call("connection-end", { id }),
      groups: async () => call("group-list", {}),
      group: async (uri) => call("group-show", { uri }),
      members: async (uri) => call("group-members", { uri }),
      history: async (uri, limit) => call("group-history", { uri, limit }),
      invitations: {
        invite: async (question) => call("group-invite", question),
        list: async () => call("invitation-list", {}),
        accept: async (id, room) => call("invitation-accept", { id, room }),
        decline: async (id) => call("invitation-decline", { id }),
        knock: async (question) => call("group-knock", question),
        knocks: async () => call("knock-list", {}),
        admit: async (id) => call("knock-admit", { id }),
        dropKnock: async (id) => call("knock-drop", { id }),
      },
    },
  };
}

class NobodyListens extends GatewayError {}

interface Question {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body: string | null;
  readonly withinMs: Milliseconds;
}

async function ask<Answer>(socket: string, question: Question, form: z.ZodType<Answer>): Promise<Answer> {
  const { status, text } = await exchange(socket, question);
  const value = parseJson(text);
  if (status !== 200) throw refusalOf(value, status);
  const read = form.safeParse(value);
  if (read.success) return read.data;
  throw new GatewayError(
    "gateway_unreachable",
    `the gateway on ${socket} gave an answer that this version cannot read; use the same version for both`,
    { cause: read.error },
  );
}

async function exchange(socket: string, question: Question): Promise<{ status: number; text: string }> {
  const { method, path, body, withinMs } = question;
  return new Promise((answer, refuse) => {
    const headers =
      body === null ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const call = request(
      { socketPath: socket, method, path, headers, agent: false, signal: AbortSignal.timeout(withinMs) },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on("data", (chunk: Buffer) => {
          size += chunk.length;
          if (size > LARGEST_ANSWER) call.destroy(new Error("the answer is too large"));
          chunks.push(chunk);
        });
        response.on("error", (error) => refuse(unreachable(socket, error)));
        response.once("end", () =>
          answer({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
        );
      },
    );
    call.on("error", (error) => refuse(unreachable(socket, error)));
    call.end(body ?? undefined);
  });
}

function unreachable(socket: string, error: Error): GatewayError {
  const code = "code" in error ? String(error.code) : "";
  if (NOBODY.has(code)) {
    return new NobodyListens("gateway_unreachable", `no gateway listens on ${socket}`, { cause: error });
  }
  const why =
    error.name === "AbortError" || error.name === "TimeoutError" ? "did not answer in time" : error.message;
  const remedy =
    code === "EACCES" ? "run the command as the gateway's user" : "look at its log, or restart it";
  return new GatewayError("gateway_unreachable", `the gateway on ${socket}: ${why}; ${remedy}`, {
    cause: error,
  });
}

function refusalOf(value: unknown, status: number): GatewayError {
  const read = problem.safeParse(value);
  if (!read.success)
    return new GatewayError("gateway_unreachable", `the gateway answered ${status} without a reason`);
  const { code, detail } = read.data;
  return isErrorCode(code)
    ? new GatewayError(code, detail)
    : new GatewayError("internal", `${code}: ${detail}`);
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCodes, code);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
