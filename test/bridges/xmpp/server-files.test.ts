import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ejabberdText, prosodyText } from "../../../bridges/xmpp/server-files.ts";
import { xmppSetup } from "../../../bridges/xmpp/setup.ts";

const side = (host: string) => ({ domain: "mimi.example.org", secret: "s", host, port: 5347 });

/** What is written for a server at that address, and the first step. */
function written(host: string) {
  const [, prosody] = /^component_interfaces = (.*)$/m.exec(prosodyText(side(host))) ?? [];
  const [, ejabberd] = /^ {4}ip: (.*)$/m.exec(ejabberdText(side(host))) ?? [];
  const service = `xmpp://${host.includes(":") ? `[${host}]` : host}:5347`;
  const [file] = xmppSetup.files({ service, domain: "mimi.example.org", secret: "s" });
  const [step] = file?.steps("/f") ?? [];
  return { prosody, ejabberd, step };
}

void describe("the port for components", () => {
  void it("is this machine's alone where the gateway is on it, without a warning", () => {
    for (const [host, ip] of [
      ["localhost", "127.0.0.1"],
      ["127.0.0.2", "127.0.0.2"],
      ["::1", "::1"],
    ] as const) {
      const { prosody, ejabberd, step } = written(host);
      assert.deepEqual([prosody, ejabberd], [`{ "${ip}" }`, `"${ip}"`]);
      assert.match(step ?? "", /^Prosody: include/);
      assert.ok(!prosodyText(side(host)).includes("not encrypted"));
    }
  });

  void it("is never open to the world: it is at the address that is named, or waits for one", () => {
    for (const ip of ["192.0.2.7", "2001:db8::7"]) {
      const { prosody, ejabberd, step } = written(ip);
      assert.deepEqual([prosody, ejabberd], [`{ "${ip}" }`, `"${ip}"`]);
      assert.match(step ?? "", /let only the gateway's machine reach that port/);
    }
    const { prosody, ejabberd, step } = written("xmpp.example.org");
    assert.deepEqual([prosody, ejabberd], ['{ "127.0.0.1" }', '"127.0.0.1"']);
    assert.match(step ?? "", /^Replace 127\.0\.0\.1 in the file by the IP address .* xmpp\.example\.org/);
    for (const text of [prosodyText(side("xmpp.example.org")), ejabberdText(side("xmpp.example.org"))])
      assert.match(text, /^ *(?:--|#) To be replaced: .*\n *(?:--|#) The stream is not encrypted/m);
  });
});
