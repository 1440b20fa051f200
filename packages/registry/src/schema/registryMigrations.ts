// One file because it is one history: the ordered steps of the registry's
// tables. A released step never changes; what comes later is a new step.

/** The registry's own tables, in the schema `registry`. */
export const registryMigrations = {
  namespace: 'registry',
  migrations: [
    {
      version: 1,
      name: 'agents, leases, health and receipts',
      sql: `
create schema if not exists registry;

-- One row per feed. Taking the number in the writing statement holds the row's
-- lock until the commit, so the order of numbers is the order of commits and a
-- reader that saw n has seen everything below n.
create table registry.clock (
  feed text primary key,
  seq bigint not null
);
insert into registry.clock (feed, seq)
values ('agents', 0), ('leases', 0), ('vectors', 0), ('receipts', 0);

create table registry.agents (
  id text primary key,
  source text not null check (source in ('signed', 'imported')),
  owner text,
  agent text,
  name text not null,
  name_skeleton text not null,
  description text not null,
  version text not null,
  url text not null,
  endpoint text not null,
  contact text,
  reference boolean not null default false,
  card_text text not null,
  card_hash text not null,
  capabilities jsonb not null,
  examples jsonb not null,
  keywords text not null,
  sequence bigint not null,
  signature text,
  message jsonb,
  status text not null check (status in ('live', 'degraded', 'unverified', 'down', 'suspended')),
  status_since timestamptz not null default clock_timestamp(),
  status_reason text not null default '',
  delisted text[] not null default '{}',
  trust jsonb,
  published_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  deleted boolean not null default false,
  seq bigint not null unique
);
create index agents_owner on registry.agents (owner) where not deleted;
create index agents_skeleton on registry.agents (name_skeleton) where not deleted;
create index agents_agent on registry.agents (agent) where not deleted;

-- Renewals are frequent and change nothing else, so they have a feed of their own.
create table registry.leases (
  agent_id text primary key references registry.agents (id) on delete cascade,
  counter bigint not null default -1,
  lease_seconds int not null,
  lease_until timestamptz not null,
  renewed_at timestamptz not null default clock_timestamp(),
  seq bigint not null unique
);

create table registry.versions (
  agent_id text not null references registry.agents (id) on delete cascade,
  sequence bigint not null,
  card_hash text not null,
  card_text text not null,
  at timestamptz not null default clock_timestamp(),
  primary key (agent_id, sequence)
);

create table registry.health (
  agent_id text primary key references registry.agents (id) on delete cascade,
  next_probe_at timestamptz not null,
  claimed_until timestamptz not null default '-infinity',
  failures int not null default 0,
  successes int not null default 0,
  last_probe_at timestamptz,
  last_success_at timestamptz,
  last_used_at timestamptz
);
create index health_due on registry.health (next_probe_at);

create table registry.probes (
  id bigserial primary key,
  agent_id text not null references registry.agents (id) on delete cascade,
  at timestamptz not null default clock_timestamp(),
  kind text not null,
  action text,
  ok boolean not null,
  latency_ms double precision not null,
  code text not null,
  detail text not null
);
create index probes_agent on registry.probes (agent_id, at desc);
create index probes_at on registry.probes (at);

create table registry.vectors (
  agent_id text primary key references registry.agents (id) on delete cascade,
  embedder_id text not null,
  text_hash text not null,
  vectors bytea not null,
  seq bigint not null unique
);

create table registry.receipts (
  hash text primary key,
  intent_id text not null,
  chain_id bigint not null,
  account text not null,
  signers text[] not null,
  agents text[] not null,
  body text not null,
  received_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz not null,
  verdict text not null default 'pending' check (verdict in ('pending', 'confirmed', 'contradicted', 'unreachable')),
  verdict_reason text not null default '',
  next_check_at timestamptz not null default clock_timestamp(),
  checks int not null default 0,
  seq bigint not null unique
);
create index receipts_agents on registry.receipts using gin (agents);
create index receipts_due on registry.receipts (next_check_at) where verdict in ('pending', 'unreachable');

create table registry.receipt_steps (
  intent_id text not null,
  account text not null,
  step_id text not null,
  receipt_hash text not null references registry.receipts (hash) on delete cascade,
  agent_id text not null,
  primary key (account, intent_id, step_id)
);
create index receipt_steps_agent on registry.receipt_steps (agent_id);

create table registry.audit (
  id bigserial primary key,
  at timestamptz not null default clock_timestamp(),
  kind text not null,
  agent_id text,
  by text not null,
  seq bigint,
  detail text not null default ''
);
create index audit_agent on registry.audit (agent_id, at desc);
`,
    },
    {
      version: 2,
      name: 'what each step of a receipt said',
      sql: `
alter table registry.receipt_steps
  add column verdict text not null default 'UNKNOWN',
  add column agent_address text not null default '';
create index receipts_seq on registry.receipts (seq);
`,
    },
    {
      version: 3,
      name: 'keys that an agent had, short names, signed cards',
      sql: `
alter table registry.agents add column card_signed boolean not null default false;

-- Receipts name the key that an agent had then; a new key keeps what the old
-- ones earned, and no old hand becomes a stranger.
create table registry.keys (
  agent_id text not null references registry.agents (id) on delete cascade,
  key text not null,
  role text not null check (role in ('owner', 'agent')),
  since timestamptz not null default clock_timestamp(),
  primary key (agent_id, key, role)
);
insert into registry.keys (agent_id, key, role)
select id, owner, 'owner' from registry.agents where owner is not null and source = 'signed'
union all
select id, agent, 'agent' from registry.agents where agent is not null and source = 'signed';

create table registry.names (
  name text primary key,
  skeleton text not null unique,
  agent_id text not null unique references registry.agents (id) on delete cascade,
  owner text not null,
  origin text not null,
  claimed_at timestamptz not null default clock_timestamp(),
  proved_at timestamptz not null default clock_timestamp()
);
create index names_owner on registry.names (owner);
`,
    },
    {
      version: 4,
      name: 'other registries that this one mirrors',
      sql: `
create table registry.mirrors (
  origin text primary key,
  agents_seq bigint not null default 0,
  leases_seq bigint not null default 0,
  receipts_seq bigint not null default 0,
  read_at timestamptz not null default clock_timestamp()
);
alter table registry.agents add column mirrored_from text;
`,
    },
    {
      version: 5,
      name: 'which database this is',
      sql: `
-- What is kept beside the tables tells by it whether it is of these tables.
create table registry.identity (
  one boolean primary key default true check (one),
  id uuid not null default gen_random_uuid()
);
insert into registry.identity default values;
`,
    },
    {
      version: 6,
      name: 'where agents stand on chain',
      sql: `
create table registry.anchors (
  agent_id text primary key references registry.agents (id) on delete cascade,
  chain_id bigint not null,
  identity text not null,
  token_id numeric(78) not null,
  linked_at timestamptz not null default clock_timestamp()
);
`,
    },
    {
      version: 7,
      name: 'the search index between two starts',
      sql: `
-- Derived from the other tables and written anew from them: a crash may empty it.
create unlogged table registry.kept_indexes (
  generation bigint not null,
  part int not null,
  bytes bytea not null,
  primary key (generation, part)
);
-- Its bytes hardly get smaller by being packed, and are read at once.
alter table registry.kept_indexes alter column bytes set storage external;
`,
    },
    {
      version: 8,
      name: 'when the chain took what a receipt tells of',
      sql: `
alter table registry.receipts
  add column mined_at timestamptz,
  -- How often a transaction was not found, apart from how often nobody answered.
  add column misses int not null default 0;
`,
    },
    {
      version: 9,
      name: 'proofs that end, who published which version, transfers to show',
      sql: `
-- Who was last seen alive too long ago is no longer listed as alive. Only agents
-- that are listed have a proof, so the index holds no dead ones.
alter table registry.health add column proof_due_at timestamptz;
create index health_proof on registry.health (proof_due_at) where proof_due_at is not null;
alter table registry.agents drop constraint agents_status_check;
alter table registry.agents add constraint agents_status_check check
  (status in ('live', 'degraded', 'unverified', 'stale', 'down', 'suspended'));

alter table registry.versions add column by text;

-- Both signatures of each transfer, so that a mirror need not believe anybody.
create table registry.transfers (
  agent_id text not null references registry.agents (id) on delete cascade,
  sequence bigint not null,
  message jsonb not null,
  signature text not null,
  new_owner_signature text not null,
  at timestamptz not null default clock_timestamp(),
  primary key (agent_id, sequence)
);
`,
    },
    {
      version: 10,
      name: 'who handed an agent over',
      sql: `
alter table registry.transfers add column owner text not null;
`,
    },
    {
      version: 11,
      name: 'how long quotes take, to search by',
      sql: `
alter table registry.agents add column p95_latency_ms double precision;
`,
    },
  ],
} as const
