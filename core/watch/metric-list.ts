/** Every metric of the gateway: its kind, its labels, and what it says. docs/operating.md has the same as a table. */

export interface MetricText {
  readonly kind: "counter" | "gauge" | "histogram";
  readonly labels: readonly string[];
  readonly help: string;
}

const account = ["account", "bridge"] as const;

export const metricList = {
  mimi_gateway_info: { kind: "gauge", labels: ["version"], help: "1, with the version that runs" },
  mimi_gateway_events_total: {
    kind: "counter",
    labels: [...account, "direction"],
    help: "in: things that the platform has said and that are written down, repeats included; out: calls by which rooms were given something",
  },
  mimi_gateway_put_off_total: {
    kind: "counter",
    labels: [...account, "direction", "code"],
    help: "How often a lane of a room was put off because of a fault, by the fault's code",
  },
  mimi_gateway_given_up_total: {
    kind: "counter",
    labels: [...account, "direction", "code"],
    help: "What was set aside by this process, by the cause's code",
  },
  mimi_gateway_commit_seconds: {
    kind: "histogram",
    labels: ["unit"],
    help: "How long a transaction takes until it is on the disk, waiting for its turn included; accept: what came, append: into the log, progress: deliveries",
  },
  mimi_gateway_account_up: {
    kind: "gauge",
    labels: account,
    help: "1: the account is connected and its platform answers; 0: not; none of an account that another process serves",
  },
  mimi_gateway_account_answered_seconds: {
    kind: "gauge",
    labels: account,
    help: "How long ago the platform last answered a ping",
  },
  mimi_gateway_account_ping_seconds: {
    kind: "gauge",
    labels: account,
    help: "How long the last answer to a ping took",
  },
  mimi_gateway_rooms: { kind: "gauge", labels: account, help: "Rooms that are linked" },
  mimi_gateway_rooms_paused: { kind: "gauge", labels: account, help: "Rooms that are paused" },
  mimi_gateway_undelivered_events: {
    kind: "gauge",
    labels: account,
    help: "Events that rooms have not been given yet, all rooms together",
  },
  mimi_gateway_oldest_undelivered_seconds: {
    kind: "gauge",
    labels: account,
    help: "Age of the oldest of them; 0: nothing waits",
  },
  mimi_gateway_inbox_rows: {
    kind: "gauge",
    labels: account,
    help: "Things that were accepted and are not in the log yet",
  },
  mimi_gateway_inbox_oldest_seconds: {
    kind: "gauge",
    labels: account,
    help: "Age of the oldest of them; 0: nothing waits",
  },
  mimi_gateway_last_inbound_seconds: {
    kind: "gauge",
    labels: account,
    help: "How long ago anything last came from any room of the account; none where nothing ever did",
  },
  mimi_gateway_set_aside: {
    kind: "gauge",
    labels: [...account, "direction", "code"],
    help: "What is set aside and waits for somebody to look at it",
  },
  mimi_gateway_unclear_deliveries: {
    kind: "gauge",
    labels: account,
    help: "Deliveries whose outcome could not be known, ever",
  },
  mimi_gateway_alarms: {
    kind: "gauge",
    labels: [...account, "code"],
    help: "Alarms that stand",
  },
  mimi_gateway_held_polls: {
    kind: "gauge",
    labels: [],
    help: "Requests of other gateways that are held until there is something for them",
  },
} as const satisfies Readonly<Record<string, MetricText>>;

export type MetricName = keyof typeof metricList;
export type NameOf<Kind extends MetricText["kind"]> = {
  [Name in MetricName]: (typeof metricList)[Name]["kind"] extends Kind ? Name : never;
}[MetricName];
