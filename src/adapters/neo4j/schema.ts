import type { Neo4jDatabase } from './database.ts'
import { makeOnce } from './schema-change.ts'

/** What every store has. Composite uniqueness exists in Neo4j Community; existence constraints do not. */
const definitions = [
  'CREATE CONSTRAINT twin_id IF NOT EXISTS FOR (n:Twin) REQUIRE (n._t, n._id) IS UNIQUE',
  'CREATE CONSTRAINT component_id IF NOT EXISTS FOR (n:_Component) REQUIRE (n._t, n._id) IS UNIQUE',
  'CREATE CONSTRAINT head_tenant IF NOT EXISTS FOR (n:_Head) REQUIRE n._t IS UNIQUE',
  'CREATE CONSTRAINT tenants_one IF NOT EXISTS FOR (n:_Tenants) REQUIRE n.k IS UNIQUE',
  'CREATE CONSTRAINT journal_entry IF NOT EXISTS FOR (n:_J) REQUIRE (n._t, n._seq) IS UNIQUE',
  'CREATE CONSTRAINT idempotency_key IF NOT EXISTS FOR (n:_Idem) REQUIRE (n._t, n.key) IS UNIQUE',
  'CREATE CONSTRAINT model_dtmi IF NOT EXISTS FOR (n:_Model) REQUIRE (n._t, n.dtmi) IS UNIQUE',
  'CREATE CONSTRAINT quarantined_reading IF NOT EXISTS FOR (n:_QuarantinedReading) REQUIRE (n._t, n.id) IS UNIQUE',
  'CREATE CONSTRAINT quarantine_tenant IF NOT EXISTS FOR (n:_Quarantine) REQUIRE n._t IS UNIQUE',
  'CREATE CONSTRAINT telemetry_source IF NOT EXISTS FOR (n:_TelemetrySource) REQUIRE (n._t, n.id) IS UNIQUE',
  'CREATE CONSTRAINT telemetry_policy IF NOT EXISTS FOR (n:_TelemetryPolicy) REQUIRE (n._t, n.id) IS UNIQUE',
  'CREATE CONSTRAINT telemetry_keeper_tenant IF NOT EXISTS FOR (n:_TelemetryKeeper) REQUIRE n._t IS UNIQUE',
  'CREATE CONSTRAINT scenario_id IF NOT EXISTS FOR (n:_Scenario) REQUIRE (n._t, n.id) IS UNIQUE',
  'CREATE CONSTRAINT scenario_number IF NOT EXISTS FOR (n:_Scenario) REQUIRE (n._t, n.number) IS UNIQUE',
  'CREATE CONSTRAINT word_id IF NOT EXISTS FOR (n:_Word) REQUIRE (n._t, n._s, n._id) IS UNIQUE',
  'CREATE CONSTRAINT own_id IF NOT EXISTS FOR (n:_Own) REQUIRE (n._t, n._s, n._id) IS UNIQUE',
  'CREATE CONSTRAINT own_component_id IF NOT EXISTS FOR (n:_OwnComponent) REQUIRE (n._t, n._s, n._id) IS UNIQUE',
  'CREATE CONSTRAINT mask_key IF NOT EXISTS FOR (n:_Mask) REQUIRE (n._t, n._id, n.name, n.rid, n._s) IS UNIQUE',
  'CREATE CONSTRAINT link_key IF NOT EXISTS FOR (n:_Link) REQUIRE (n._t, n._id, n.name, n.rid, n._s) IS UNIQUE',
  'CREATE CONSTRAINT override_key IF NOT EXISTS FOR (n:_Override) REQUIRE (n._t, n._s, n._id, n.name) IS UNIQUE',
  'CREATE CONSTRAINT runs_tenant IF NOT EXISTS FOR (n:_Runs) REQUIRE n._t IS UNIQUE',
  'CREATE CONSTRAINT run_id IF NOT EXISTS FOR (n:_Run) REQUIRE (n._t, n.id) IS UNIQUE',
  'CREATE CONSTRAINT run_twin IF NOT EXISTS FOR (n:_RunTwin) REQUIRE (n._t, n.run, n.twin) IS UNIQUE',
  'CREATE CONSTRAINT run_member IF NOT EXISTS FOR (n:_RunMember) REQUIRE (n._t, n.run, n.index) IS UNIQUE',
  'CREATE CONSTRAINT predictor_id IF NOT EXISTS FOR (n:_Predictor) REQUIRE (n._t, n.id) IS UNIQUE',
  'CREATE CONSTRAINT predictor_name IF NOT EXISTS FOR (n:_PredictorName) REQUIRE (n._t, n.name) IS UNIQUE',
  'CREATE INDEX predictor_of_name IF NOT EXISTS FOR (n:_Predictor) ON (n._t, n.name)',
  'CREATE CONSTRAINT alerting_tenant IF NOT EXISTS FOR (n:_Alerting) REQUIRE n._t IS UNIQUE',
  'CREATE CONSTRAINT alert_keeper_tenant IF NOT EXISTS FOR (n:_AlertKeeper) REQUIRE n._t IS UNIQUE',
  'CREATE CONSTRAINT rule_id IF NOT EXISTS FOR (n:_Rule) REQUIRE (n._t, n.id) IS UNIQUE',
  'CREATE CONSTRAINT rule_pending IF NOT EXISTS FOR (n:_RulePending) REQUIRE (n._t, n.rule) IS UNIQUE',
  'CREATE CONSTRAINT alert_id IF NOT EXISTS FOR (n:_Alert) REQUIRE (n._t, n.id) IS UNIQUE',
  'CREATE CONSTRAINT alert_current IF NOT EXISTS FOR (n:_Alert) REQUIRE (n._t, n.current) IS UNIQUE',
  'CREATE CONSTRAINT alert_reach IF NOT EXISTS FOR (n:_AlertReach) REQUIRE (n._t, n.alert, n.page) IS UNIQUE',
  'CREATE CONSTRAINT alert_channel_id IF NOT EXISTS FOR (n:_AlertChannel) REQUIRE (n._t, n.id) IS UNIQUE',
  'CREATE CONSTRAINT alert_delivery_id IF NOT EXISTS FOR (n:_AlertDelivery) REQUIRE (n._t, n.id) IS UNIQUE',
  'CREATE CONSTRAINT rule_task_key IF NOT EXISTS FOR (n:_RuleTask) REQUIRE (n._t, n.key) IS UNIQUE',
  'CREATE INDEX alert_state IF NOT EXISTS FOR (n:_Alert) ON (n._t, n.state)',
  'CREATE INDEX alert_revision IF NOT EXISTS FOR (n:_Alert) ON (n._t, n.revision)',
  'CREATE INDEX alert_delivery_alert IF NOT EXISTS FOR (n:_AlertDelivery) ON (n._t, n.alert)',
  'CREATE INDEX alert_delivery_state IF NOT EXISTS FOR (n:_AlertDelivery) ON (n._t, n.state, n.channel)',
  'CREATE INDEX rule_task_done IF NOT EXISTS FOR (n:_RuleTask) ON (n._t, n.isDone)',
  'CREATE INDEX run_state IF NOT EXISTS FOR (n:_Run) ON (n._t, n.state)',
  'CREATE INDEX run_config IF NOT EXISTS FOR (n:_Run) ON (n._t, n.configHash)',
  'CREATE INDEX run_revision IF NOT EXISTS FOR (n:_Run) ON (n._t, n.revision)',
  'CREATE INDEX twin_run IF NOT EXISTS FOR (n:_RunTwin) ON (n._t, n.twin, n.at)',
  'CREATE INDEX override_run IF NOT EXISTS FOR (n:_Override) ON (n._t, n.run)',
  'CREATE INDEX in_id IF NOT EXISTS FOR (n:_In) ON (n._t, n._id)',
  'CREATE INDEX in_scenario IF NOT EXISTS FOR (n:_In) ON (n._t, n._s)',
  'CREATE INDEX scenario_parent IF NOT EXISTS FOR (n:_Scenario) ON (n._t, n.parent)',
  'CREATE INDEX scenario_held IF NOT EXISTS FOR (n:_Scenario) ON (n._t, n.held)',
  'CREATE INDEX scenario_state IF NOT EXISTS FOR (n:_Scenario) ON (n._t, n.state)',
  'CREATE INDEX scenario_ended IF NOT EXISTS FOR (n:_Scenario) ON (n._t, n.endedAt)',
  'CREATE INDEX past_state IF NOT EXISTS FOR (n:_Past) ON (n._t, n._id, n._to)',
  'CREATE INDEX kept_entry IF NOT EXISTS FOR (n:_Kept) ON (n._t, n._to, n._seq)',
  'CREATE INDEX scenario_entry IF NOT EXISTS FOR (n:_J) ON (n._t, n._s, n._id)',
  'CREATE INDEX kept_scenario_entry IF NOT EXISTS FOR (n:_Kept) ON (n._t, n._s, n._id)',
  'CREATE INDEX set_entry IF NOT EXISTS FOR (n:_Set) ON (n._t, n._id)',
  'CREATE INDEX gone_id IF NOT EXISTS FOR (n:_Gone) ON (n._t, n._id)',
]

/** Makes what is missing and waits until it can be used. */
export async function ensureSchema({ driver, database }: Pick<Neo4jDatabase, 'driver' | 'database'>): Promise<void> {
  const session = driver.session({ database })
  try {
    for (const definition of definitions) await makeOnce(() => session.run(definition))
    await session.run('CALL db.awaitIndexes(60)')
  } finally {
    await session.close()
  }
}
