import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { federationSchema } from "../../../core/config/federation-schema.ts";
import { nobody } from "../../../core/setup/asker.ts";
import { collect } from "../../../core/setup/collect.ts";
import { givenAnswers } from "../../../core/setup/given-answers.ts";
import { bridges, scripted, setups } from "./setting-up.ts";

const given = (...set: readonly string[]) => givenAnswers({ folder: "/", set });
const nothing = given();

void describe("collecting answers", () => {
  void it("asks for the base, the platforms, and each account's keys, and takes what is usual for the rest", async () => {
    const { asker, asked, hidden } = scripted({
      platforms: ["xmpp", "matrix"],
      texts: { "Base domain": "mimi.example.org", "Name of the homeserver": "example.org" },
    });
    const { accounts, ...settings } = await collect(nothing, { bridges, setups, asker });
    assert.deepEqual(settings, { base: "mimi.example.org" });
    const [xmpp, matrix] = accounts;
    assert.deepEqual(
      { ...xmpp, secret: null },
      {
        name: "xmpp",
        bridge: "xmpp",
        service: "xmpp://127.0.0.1:5347",
        domain: "mimi.example.org",
        secret: null,
      },
    );
    assert.match(String(xmpp?.["secret"]), /^[0-9a-f]{48}$/);
    assert.equal(matrix?.["listen"], "127.0.0.1:9100");
    assert.notEqual(matrix?.["as_token"], matrix?.["hs_token"]);
    assert.equal("url" in (matrix ?? {}), false);
    assert.deepEqual(hidden, ["Secret of the component", "Token of the gateway", "Token of the homeserver"]);
    assert.ok(asked.includes("Exchange messages with other gateways?"));
  });

  void it("asks nothing that was said already", async () => {
    const { asker, asked } = scripted({});
    const { accounts } = await collect(
      givenAnswers({
        folder: "/",
        base: "a.test",
        platform: "chat=xmpp",
        set: [
          "chat.service=xmpp://[::1]:1",
          "chat.domain=c.test",
          "chat.secret_file=/s",
          "federation.listen=127.0.0.1:1",
        ],
      }),
      { bridges, setups, asker },
    );
    assert.deepEqual(asked, []);
    assert.deepEqual(accounts, [
      { name: "chat", bridge: "xmpp", service: "xmpp://[::1]:1", domain: "c.test", secret_file: "/s" },
    ]);
  });

  void it("names all at once what has no answer where nobody is there to be asked", async () => {
    const answers = givenAnswers({ folder: "/", platform: "hs=matrix,work=slack" });
    await assert.rejects(collect(answers, { bridges, setups, asker: nobody }), (thrown: Error) => {
      for (const name of ["base=", "hs.server_name=", "work.app_token=", "work.token="])
        assert.ok(thrown.message.includes(`--set ${name}...`), name);
      assert.ok(!thrown.message.includes("signing_secret"));
      return true;
    });
    await assert.rejects(
      collect(nothing, { bridges, setups, asker: nobody }),
      /--platform xmpp,matrix,slack/,
    );
  });

  void it("asks of a Slack app what its ways need, says first how it is made, and writes no way down", async () => {
    const { asker, asked, told } = scripted({
      platforms: ["slack"],
      texts: {
        "Base domain": "a.test",
        "Public address": "https://a.test",
        "Signing secret": "0123456789abcdef0123456789abcdef",
        "Client ID": "1.2",
        "Client secret": "s",
      },
      choices: { "events come": "http", "get into": "link" },
    });
    const { accounts } = await collect(nothing, { bridges, setups, asker });
    const [{ name, bridge, listen, ...rest } = {}] = accounts;
    assert.deepEqual([name, bridge, listen], ["slack", "slack", "127.0.0.1:8090"]);
    assert.deepEqual(Object.keys(rest).toSorted(), [
      "client_id",
      "client_secret",
      "public_url",
      "signing_secret",
    ]);
    assert.ok(!asked.some((ask) => ask.startsWith("App-level token")));
    assert.match(
      told[0] ?? "",
      /slack manifest --url https:\/\/a\.test\/slack\/events --public-url https:\/\/a\.test\n/,
    );
  });

  void it("gives a second account of a platform a name of its own", async () => {
    const { asker } = scripted({ texts: { "Base domain": "a.test" } });
    const answers = givenAnswers({ folder: "/", platform: "xmpp,xmpp" });
    const { accounts } = await collect(answers, { bridges, setups, asker });
    assert.deepEqual(
      accounts.map(({ name }) => name),
      ["xmpp", "xmpp-2"],
    );
  });

  void it("takes no answer that the configuration would refuse, and no platform that there is not", async () => {
    const { asker } = scripted({ texts: { "Base domain": "Not A Domain" } });
    await assert.rejects(collect(nothing, { bridges, setups, asker }), /is not a host name in lower case/);
    const { asker: wrong } = scripted({
      texts: { "Base domain": "a.test", "Where does the XMPP": "127.0.0.1:5347" },
      platforms: ["xmpp"],
    });
    await assert.rejects(collect(nothing, { bridges, setups, asker: wrong }), /xmpp:\/\/HOST:PORT/);
    const answers = givenAnswers({ folder: "/", base: "a.test", platform: "irc" });
    await assert.rejects(
      collect(answers, { bridges, setups, asker: nobody }),
      /no platform irc; there is xmpp/,
    );
  });

  void it("puts what was assigned where it belongs once the accounts have names, or says that it belongs nowhere", async () => {
    const asked = { platforms: ["matrix"], texts: { "Base domain": "a.test", "Name of the matrix": "hs" } };
    const { accounts, federation } = await collect(
      given("matrix.server_name=example.org", "hs.listen=127.0.0.1:1", "federation.unreachable=true"),
      { bridges, setups, asker: scripted(asked).asker },
    );
    assert.deepEqual([accounts[0]?.["server_name"], accounts[0]?.["listen"]], ["example.org", "127.0.0.1:1"]);
    assert.equal(federationSchema.parse(federation).unreachable, true);
    const { asker } = scripted(asked);
    await assert.rejects(
      collect(given("irc.server=a"), { bridges, setups, asker }),
      /--set irc\.server: there is no account irc/,
    );
  });

  void it("takes no way that there is not", async () => {
    const answers = givenAnswers({
      folder: "/",
      base: "a.test",
      platform: "slack",
      set: ["slack.events=htp"],
    });
    await assert.rejects(
      collect(answers, { bridges, setups, asker: nobody }),
      /slack\.events=htp: it is socket or http/,
    );
  });

  void it("sets up serving other gateways where somebody wants that", async () => {
    const { asker } = scripted({
      platforms: ["xmpp"],
      texts: { "Base domain": "a.test" },
      choices: { "other gateways": "served" },
    });
    const { federation } = await collect(nothing, { bridges, setups, asker });
    assert.deepEqual(federation, { listen: "127.0.0.1:8448" });
  });
});
