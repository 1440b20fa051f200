/**
 * Tables of the harness beside the outbox's own: triggers write down every change
 * of a leg in the transaction that makes it, so that nothing passes unseen
 * between two looks.
 */
export const chaosSchema = `
create table chaos_history (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  leg_id text not null,
  from_state text,
  to_state text not null,
  from_nonce bigint,
  to_nonce bigint,
  block_number bigint,
  block_hash bytea,
  is_previous_final boolean not null,
  has_lock boolean not null
);

create function chaos_note() returns trigger language plpgsql as $$
declare
  digest bytea := sha256(convert_to(
    new.chain || E'\\n0x' || encode(new.sender, 'hex'), 'UTF8'));
  class_id bigint := ('x' || encode(substring(digest from 1 for 4), 'hex'))::bit(32)::bigint;
  object_id bigint := ('x' || encode(substring(digest from 5 for 4), 'hex'))::bit(32)::bigint;
begin
  if old.state = new.state and old.nonce is not distinct from new.nonce then
    return new;
  end if;
  insert into chaos_history (at, leg_id, from_state, to_state, from_nonce,
    to_nonce, block_number, block_hash, is_previous_final, has_lock)
  select clock_timestamp(), new.id, old.state, new.state, old.nonce, new.nonce,
    (select block_number from attempt
     where leg_id = new.id and attempt.block_hash is not null limit 1),
    (select block_hash from attempt
     where leg_id = new.id and attempt.block_hash is not null limit 1),
    coalesce((select state = 'FINAL' from leg where id = new.previous_id), true),
    exists (select 1 from pg_locks
      where locktype = 'advisory' and granted and objsubid = 1
        and classid::bigint = class_id and objid::bigint = object_id);
  return new;
end $$;

create trigger chaos_note after update on leg
  for each row execute function chaos_note();
`
