import type { MigrationSet } from '../migrations/runMigrations.js'

const reservationTable = `
create table payment_reservation (
  key text primary key,
  identifier text unique,
  signature bytea not null,
  request_hash bytea not null,
  state text not null
    check (state in ('working', 'unsettled', 'owed', 'answered')),
  answer_status int,
  answer_content_type text,
  answer_body bytea,
  settlement text,
  turn int not null check (turn > 0),
  busy_until timestamptz not null,
  changed_at timestamptz not null default now()
);
create index payment_reservation_age on payment_reservation (changed_at);
`

/** The table of a seller's reservations: run it with `runMigrations`. */
export const reservationSchema: MigrationSet = {
  namespace: 'reservations',
  migrations: [{ version: 1, name: 'reservations', sql: reservationTable }],
}
