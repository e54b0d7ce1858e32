-- Who used a model: what the sums of an account are divided by. The twin of this file is in store-sqlite/migrations.

ALTER TABLE llm_calls ADD COLUMN agent_id uuid; -- of the run that asked
ALTER TABLE llm_calls ADD COLUMN user_id  uuid; -- for whom it was asked
