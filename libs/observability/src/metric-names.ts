interface MetricDeclaration {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Labels take values from closed sets only: never an id, a name that people chose, or an error text. */
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];

/** Every metric of the system, in one table. Times are in seconds, sizes in bytes, unless the help says otherwise. */
export const METRICS = {
  holdfast_connections: { type: 'gauge', help: 'Live sockets of this gateway', labels: [] },
  holdfast_handshakes_total: { type: 'counter', help: 'Handshakes by outcome', labels: ['outcome'] },
  holdfast_commands_total: { type: 'counter', help: 'Socket commands by result code', labels: ['command', 'code'] },
  holdfast_command_seconds: {
    type: 'histogram',
    help: 'Time to answer a command',
    labels: ['command'],
    buckets: SECONDS,
  },
  holdfast_rejected_packets_total: { type: 'counter', help: 'Packets that no command took', labels: ['kind'] },
  holdfast_messages_total: { type: 'counter', help: 'Messages by append outcome', labels: ['outcome'] },
  holdfast_append_seconds: { type: 'histogram', help: 'Duration of one append batch', labels: [], buckets: SECONDS },
  holdfast_append_batch_rows: { type: 'histogram', help: 'Rows of one append batch', labels: [], buckets: SIZES },
  holdfast_batch_items: { type: 'histogram', help: 'Requests that shared a read', labels: ['batch'], buckets: SIZES },
  holdfast_batch_waiting: { type: 'gauge', help: 'Requests that wait for a shared read', labels: ['batch'] },
  holdfast_outbound_bytes: { type: 'gauge', help: 'Accepted for clients and not yet taken by the network', labels: [] },
  holdfast_slow_sockets: { type: 'gauge', help: 'Sockets whose output of runs is held back', labels: [] },
  holdfast_slow_transitions_total: { type: 'counter', help: 'What became of slow sockets', labels: ['kind'] },
  holdfast_gate_pulls_total: { type: 'counter', help: 'Ranges pulled because a hint was lost', labels: [] },
  holdfast_poll_seconds: { type: 'histogram', help: 'Duration of one repair poll', labels: [], buckets: SECONDS },
  holdfast_poll_repairs_total: { type: 'counter', help: 'What polls delivered after a lost hint', labels: ['kind'] },
  holdfast_publish_failures_total: { type: 'counter', help: 'Hints that Redis did not take', labels: ['kind'] },
  holdfast_http_requests_total: {
    type: 'counter',
    help: 'HTTP requests by route template and status class',
    labels: ['method', 'route', 'status'],
  },
  holdfast_http_request_seconds: {
    type: 'histogram',
    help: 'Time to answer a request',
    labels: ['route'],
    buckets: SECONDS,
  },
  holdfast_ignored_packets_total: {
    type: 'counter',
    help: 'Messages from Redis that were corrupt',
    labels: ['source'],
  },
  holdfast_registry_pending: { type: 'gauge', help: 'Users whose connections wait to be registered', labels: [] },
  holdfast_registry_cleanups_total: { type: 'counter', help: 'Clean-ups after lost instances', labels: ['outcome'] },
  holdfast_routes_total: { type: 'counter', help: 'Ways that hints to one user took', labels: ['route'] },
  holdfast_rebalanced_total: { type: 'counter', help: 'Sockets handed off to even out the load', labels: ['outcome'] },
  holdfast_client_errors_total: { type: 'counter', help: 'Faults that clients reported', labels: ['level'] },
  holdfast_client_errors_dropped_total: { type: 'counter', help: 'Reports that clients had to drop', labels: [] },
  holdfast_redis_up: { type: 'gauge', help: '1 while connected', labels: ['role'] },
  holdfast_database_seconds: { type: 'histogram', help: 'Database calls', labels: ['statement'], buckets: SECONDS },
  holdfast_database_timeouts_total: { type: 'counter', help: 'Calls past their deadline', labels: ['statement'] },
  holdfast_database_pool: { type: 'gauge', help: 'Connections by state', labels: ['state'] },
  holdfast_runs_total: { type: 'counter', help: 'Ended runs', labels: ['outcome'] },
  holdfast_runs_claimed_total: {
    type: 'counter',
    help: 'Claims of runs: by their doorbell, by a search in Postgres, or after the previous one',
    labels: ['by'],
  },
  holdfast_runs_waiting: { type: 'gauge', help: 'Runs that wait for any worker', labels: [] },
  holdfast_runs_oldest_waiting_seconds: {
    type: 'gauge',
    help: 'Age of the oldest run that could start and has no worker',
    labels: [],
  },
  holdfast_runs_active: { type: 'gauge', help: 'Runs executing here', labels: [] },
  holdfast_run_first_token_seconds: { type: 'histogram', help: 'Claim to first output', labels: [], buckets: SECONDS },
  holdfast_chunk_commit_seconds: {
    type: 'histogram',
    help: 'Duration of a chunk commit',
    labels: [],
    buckets: SECONDS,
  },
  holdfast_chunks_fenced_total: { type: 'counter', help: 'Output refused because of a newer attempt', labels: [] },
  holdfast_health_check_state: { type: 'gauge', help: '1 up, 0.5 degraded, 0 down', labels: ['check'] },
  holdfast_health_transitions_total: { type: 'counter', help: 'Changes of state', labels: ['check', 'to'] },
  holdfast_health_sampled_timestamp_seconds: {
    type: 'gauge',
    help: 'When the last sample ended, in seconds since 1970',
    labels: ['check'],
  },
  holdfast_health_history_dropped_total: {
    type: 'counter',
    help: 'Changes of state that the history could not keep',
    labels: [],
  },
  holdfast_health_fail_open: { type: 'gauge', help: '1 while ready in spite of a shared outage', labels: [] },
  holdfast_health_check_seconds: {
    type: 'histogram',
    help: 'Duration of one sample',
    labels: ['check'],
    buckets: SECONDS,
  },
  slo_events_total: { type: 'counter', help: 'Units of an SLO that this process judged', labels: ['slo', 'result'] },
  holdfast_slo_buckets: { type: 'gauge', help: 'Buckets of SLO counts kept until the service has them', labels: [] },
  holdfast_slo_watched: { type: 'gauge', help: 'Events under way that are watched for their deadline', labels: [] },
  holdfast_slo_lost_total: {
    type: 'counter',
    help: 'Units dropped because the service was away for too long',
    labels: [],
  },
  holdfast_slo_refused_total: {
    type: 'counter',
    help: 'Buckets or reports that the service refused',
    labels: ['code'],
  },
  holdfast_alert_deliveries_total: {
    type: 'counter',
    help: 'Tries to tell a target of an alert, and what came of them',
    labels: ['target', 'outcome'],
  },
  holdfast_alert_send_seconds: {
    type: 'histogram',
    help: 'Duration of one try to tell a target of an alert',
    labels: ['target'],
    buckets: SECONDS,
  },
  holdfast_alert_waiting: {
    type: 'gauge',
    help: 'Notices of alerts that are on their way, of all replicas',
    labels: [],
  },
  holdfast_alert_oldest_waiting_seconds: {
    type: 'gauge',
    help: 'Age of the oldest notice that is on its way',
    labels: [],
  },
  holdfast_slo_reports_total: { type: 'counter', help: 'Reports of producers that were committed', labels: [] },
  holdfast_slo_refusals_total: {
    type: 'counter',
    help: 'Refused or clamped in reports of producers',
    labels: ['code'],
  },
  holdfast_slo_failures_total: { type: 'counter', help: 'Work of the SLO service that failed', labels: ['part'] },
  holdfast_slo_transitions_total: { type: 'counter', help: 'Transitions of SLO alerts', labels: ['transition'] },
  holdfast_slo_waiting_buckets: { type: 'gauge', help: 'Buckets of reports that wait to be written', labels: [] },
  holdfast_slo_cached_bytes: {
    type: 'gauge',
    help: 'Memory of the counts of SLOs that are kept, in bytes',
    labels: [],
  },
  holdfast_slo_cached_series: { type: 'gauge', help: 'SLOs whose counts are kept in memory', labels: [] },
  holdfast_slo_cycle_seconds: {
    type: 'histogram',
    help: 'Duration of one evaluation of all SLOs',
    labels: [],
    buckets: SECONDS,
  },
  holdfast_slo_sli: {
    type: 'gauge',
    help: 'Good part of all units of the window; max over instances',
    labels: ['slo'],
  },
  holdfast_slo_budget_remaining: { type: 'gauge', help: 'Part of the error budget that is left', labels: ['slo'] },
  holdfast_slo_coverage: { type: 'gauge', help: 'Known part of the time of the producers', labels: ['slo'] },
  holdfast_slo_firing: { type: 'gauge', help: '1 while the alert fires', labels: ['slo', 'kind'] },
  holdfast_shutdown_phase_seconds: {
    type: 'histogram',
    help: 'Duration of a shutdown phase',
    labels: ['phase', 'outcome'],
    buckets: SECONDS,
  },
} as const satisfies Record<string, MetricDeclaration>;

export type MetricName = keyof typeof METRICS;

/** Names of one kind of metric. */
export type NamesOf<T extends MetricDeclaration['type']> = {
  [N in MetricName]: (typeof METRICS)[N]['type'] extends T ? N : never;
}[MetricName];

export type LabelsOf<N extends MetricName> = (typeof METRICS)[N]['labels'][number];
