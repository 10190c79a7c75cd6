/** How a Matrix account is set up: what is asked, and the registration that its homeserver needs. */
import type { Answers, PlatformSetup } from "../../core/setup/platform-setup.ts";
import { listensEverywhere, matrixConfig, matrixConfigSchema } from "./config.ts";
import { newToken, registrationSteps, registrationYaml } from "./registration.ts";

const everywhere = ({ listen }: Answers): boolean => listensEverywhere(listen);

export const matrixSetup: PlatformSetup = {
  bridge: "matrix",
  title: "Matrix, by a homeserver's application service (Synapse, Dendrite, Tuwunel)",
  questions: () => [
    { key: "server_name", ask: "Name of the homeserver" },
    { key: "homeserver", ask: "Where is its client-server API?", usual: () => "http://127.0.0.1:8008" },
    {
      key: "listen",
      ask: "Where does the gateway take what happens there? HOST:PORT",
      usual: () => "127.0.0.1:9100",
    },
    { key: "url", ask: "Where does the homeserver reach that? http://HOST:PORT", when: everywhere },
    {
      key: "url",
      ask: "Where does the homeserver reach that, if elsewhere?",
      when: (answers) => !everywhere(answers),
      optional: true,
    },
    { key: "as_token", ask: "Token of the gateway", make: newToken },
    { key: "hs_token", ask: "Token of the homeserver", make: newToken },
  ],
  files(account) {
    const { name } = account;
    const config = matrixConfig({ name: String(name), ...matrixConfigSchema.parse(account) });
    return [
      {
        name: "registration.yaml",
        text: (path) => registrationYaml(config, path),
        secret: true,
        steps: (path) => [
          `The homeserver reads ${path}: let it, or copy the file.`,
          ...registrationSteps(path).map(({ homeserver, does }) => `${homeserver}: ${does}.`),
        ],
      },
    ];
  },
};
