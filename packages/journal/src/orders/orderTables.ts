/**
 * Standing orders and their runs. A run is named by its order and its period,
 * and the primary key sees to it that there is one. Times that decide anything
 * are the chain's; leases and pauses are the database's. No process's clock is
 * asked.
 */
export const orderTables = `
create table standing_order (
  id text primary key,
  position bigint generated always as identity,
  account bytea not null,
  chain_id bigint not null,
  terms text not null,
  terms_hash bytea not null,
  signature bytea not null,
  delegation text,
  delegation_hash bytea,
  status text not null,
  why text,
  next_index int not null default 0,
  due_unix bigint,
  running_period text,
  last_sequence int not null default 0,
  look_at timestamptz not null default now(),
  lease_owner text,
  lease_until timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index standing_order_newest on standing_order (position desc);
create index standing_order_of_account on standing_order (account, position desc);
create index standing_order_due on standing_order (due_unix)
  where status = 'active';
create index standing_order_running on standing_order (look_at)
  where running_period is not null;
create table order_run (
  order_id text not null references standing_order on delete cascade,
  period text not null,
  position bigint generated always as identity,
  due_unix bigint not null,
  last_unix bigint not null,
  outcome text not null,
  intent_id text,
  attempt int not null default 0,
  block_number numeric(78, 0),
  block_hash bytea,
  observed text,
  why text,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (order_id, period)
);
create table order_event (
  order_id text not null references standing_order on delete cascade,
  sequence int not null,
  type text not null,
  status text not null,
  period text,
  message text not null,
  at timestamptz not null default now(),
  primary key (order_id, sequence)
);
`

/** When the chain was seen not to take an order's delegation any more. */
export const orderEnds = `
alter table standing_order add column delegation_ended_at timestamptz;
create index standing_order_to_end on standing_order (position)
  where status = 'cancelled' and delegation is not null
   and delegation_ended_at is null;
`
