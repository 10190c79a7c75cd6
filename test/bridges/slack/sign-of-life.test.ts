import assert from "node:assert/strict";
import { it } from "node:test";
import { createLogger } from "../../../core/log.ts";
import { throttledError } from "../../../bridges/slack/refusal.ts";
import { signOfLife } from "../../../bridges/slack/sign-of-life.ts";
import { SocketReceiver } from "../../../bridges/slack/socket-receiver.ts";

const answering = () => Promise.resolve({ ok: true });
const busy = () => Promise.reject(throttledError("auth.test", 1_000));
const away = () => Promise.reject(new Error("socket hang up"));
const heard = { silentSince: null };

void it("Slack is there when it answers, also where it asks to wait", async () => {
  const methods: string[] = [];
  const call = (method: string) => {
    methods.push(method);
    return answering();
  };
  await signOfLife({ call, receiver: null, echoes: heard });
  assert.deepEqual(methods, ["auth.test"]);
  await signOfLife({ call: busy, receiver: null, echoes: heard });
});

void it("Slack is not there when it does not answer, or no socket is open", async () => {
  await assert.rejects(signOfLife({ call: away, receiver: null, echoes: heard }), /socket hang up/);
  const receiver = new SocketReceiver({
    appToken: "xapp-test",
    api: "http://127.0.0.1:9/",
    deliver: () => Promise.resolve(null),
    log: createLogger({ level: "error", bodies: false }),
    online: () => undefined,
    offline: () => undefined,
  });
  await assert.rejects(signOfLife({ call: answering, receiver, echoes: heard }), { code: "account_down" });
});

void it("Slack that takes posts and does not tell of them is silent", async () => {
  const echoes = { silentSince: 1_000 };
  await assert.rejects(signOfLife({ call: answering, receiver: null, echoes }), { code: "account_silent" });
});
