/** What Holdfast promises of a call of the database, in ms; the deadline of `database-latency`. */
export const DATABASE_DEADLINE_MS = 500;
