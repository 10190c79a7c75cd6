/** The one app of the simulator. A second app, as with an app of its own in each workspace, is a second simulator with `app`. */

export interface AppCredentials {
  readonly id: string;
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly signingSecret: string;
  /** In every event, as Slack still does; nobody should trust it. */
  readonly verificationToken: string;
  /** For apps.connections.open. */
  readonly appToken: string;
  /** Where the simulator is, for links in what it shows. */
  readonly url: string;
}

/** Values of the forms that Slack uses, worth nothing outside of the simulator. */
export function makeApp(url: string, other: Partial<Omit<AppCredentials, "url">> = {}): AppCredentials {
  return {
    id: "A0SIMULATOR",
    name: "mimi-gateway",
    clientId: "1111111111.2222222222",
    clientSecret: "simulated-client-secret-0123456789",
    signingSecret: "simulatedsigningsecret0123456789",
    verificationToken: "simulatedverification",
    appToken: "xapp-1-A0SIMULATOR-1-simulated",
    ...other,
    url,
  };
}

/** Everything that the gateway can ask for as a bot. */
export const ALL_SCOPES: readonly string[] = [
  "chat:write",
  "chat:write.customize",
  "channels:history",
  "groups:history",
  "im:history",
  "mpim:history",
  "channels:read",
  "groups:read",
  "im:read",
  "mpim:read",
  "im:write",
  "channels:join",
  "channels:manage",
  "groups:write",
  "channels:write.topic",
  "groups:write.topic",
  "channels:write.invites",
  "groups:write.invites",
  "reactions:read",
  "reactions:write",
  "pins:read",
  "pins:write",
  "files:read",
  "files:write",
  "users:read",
  "emoji:read",
  "usergroups:read",
  "team:read",
  "commands",
  "metadata.message:read",
];
