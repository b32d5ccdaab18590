/** The catalogue's types; @neo4j/graphql makes others beside each. */
const catalogueTypes = ['Model', 'Scenario', 'Run', 'Predictor', 'Prediction', 'Alert', 'Rule', 'AlertChannel', 'AlertDelivery', 'QuarantinedReading', 'TelemetrySource', 'TelemetryPolicy'] as const
const besideCatalogueType = ['Where', 'Sort', 'Edge', 'Aggregate', 'AggregateNode', 'RelationshipFilters', 'ConnectionFilters', 'ConnectionWhere', 'ConnectionSort', 'Relationship', 'Connection', 's', 'sConnection']

/**
 * Names the platform uses or will use. Type names are given once and kept for ever, so that names of later platform types are kept free from now on.
 */
export const reservedTypes: ReadonlySet<string> = new Set([...catalogueTypes.flatMap((type) => [type, ...besideCatalogueType.map((end) => type + end)]), ...`
  Query Mutation Subscription
  Int Float String Boolean ID JSON Long BigInt Date DateTime LocalDateTime Time LocalTime Duration Decimal Bytes UUID Byte URL Cursor GeoJSON
  Twin Twin_ Twins Relationship Relationships TwinInput TwinRelationshipInput RelationshipInput RelationshipKey RelationshipChange OnProblem
  Problem NotFound Conflict Invalid LimitReached Unsupported ItemProblem
  ModelChange ModelChangeKind ModelState
  ScenarioState ScenarioEdit ScenarioEdit_Connection ScenarioEdit_Edge ScenarioEditKind ScenarioConflict ScenarioConflicts ScenarioConflictKind OnScenarioConflict TelemetryOverride TelemetryOverrideKind TelemetryOverrideInput OverrideReadingInput OverriddenTelemetry
  Source Quality Direction Fill Aggregate RollupGroup
  Engine EngineDeterminism EngineIsolation EngineCancel EngineRole EngineProperty EngineTelemetry EngineKpi
  RunKind RunState RunFailure RunProblem RunProblemSeverity RunPin BindingReport MappedTwin DefaultedProperty ConvertedProperty IgnoredTwin RunTwin RunTwin_Connection RunTwin_Edge TwinRun TwinRun_Connection TwinRun_Edge RunMember RunMember_Connection RunMember_Edge
  RunVariableInput RunVariableUse SweepDesign SweepScale SweepVariableInput OutputReducer OutputStatisticInput Calibration CalibrationVariableInput CalibrationTargetInput CalibrationMethod CalibratedVariable CalibrationResidual
  RunProgressed RunProgressWhere StartSimulationInput StartSweepInput StartCalibrationInput RunComparison ComparedRun ComparedMembers ComparedKpi ComparedSeries UnpairedNames UnpairedCount
  AlertSeverity AlertState AlertResolution AlertEventKind AlertEvidence AlertContribution AlertTwin AlertTwin_Connection AlertTwin_Edge AlertRaised AlertRaisedWhere AlertDeliveriesConnection AlertChannelKind AlertChannelInput AlertChannelChangesInput AlertDeliveryState
  RuleConditionKind RuleCondition ThresholdCondition DriftCondition LiveCondition MissingCondition ScheduleCondition RuleDriftMeasure RuleAction SimulateAction InferAction RuleRunReference RuleInput RuleChangesInput
  RuleConditionInput ThresholdConditionInput DriftConditionInput LiveConditionInput MissingConditionInput ScheduleConditionInput RuleActionInput InferActionInput
  Knowledge InstantRangeInput InferenceStreamInput StartInferenceInput PredictedValue PredictionInterval FeatureContribution FeatureTable FeatureRow
  PredictorStage PredictorRuntime StatisticsMethod TensorType TensorEncoding OutputRole DriftMeasure RemoteModel RemoteModelInput ModelCardInput RegisterPredictorInput PredictorInput PredictorInputInput PredictorOutput PredictorOutputInput
  OutputInterval OutputIntervalInput PredictorTraining PredictorTrainingInput FeatureReference FeatureReferenceInput PredictionSkill SeriesSkill TwinSkill FeatureDrift PredictorFeature FeatureStep FeatureInput FeatureStepInput FeatureDirection FeatureSource FeatureAggregate FeatureAcross CalendarPart
  Series FloatSeries IntSeries BooleanSeries StringSeries JSONSeries
  Reading FloatReading IntReading BooleanReading StringReading JSONReading ReadingInput Bucket FloatBucket IntBucket BooleanBucket StringBucket JSONBucket Forecast ForecastPoint ForecastMethod ForecastMethodName ForecastBacktest ForecastHistory Anomalies AnomalyPoint RollupSeries RollupBucket Freshness IngestRefusal
  ReadingReceived ReadingEvent TelemetryStatus TelemetryOrigin TelemetrySourceState TelemetryPoliciesConnection QuarantineStatus QuarantineCode ReplayRefusal
  DeltaKind Within Change Change_Connection Change_Edge PropertyChange ChangedRelationship Gap CaughtUp ChangeEvent ChangeKind Diff DiffKind DiffCounts TwinDiff TwinDiff_Connection TwinDiff_Edge RelationshipDiff RelationshipDiff_Connection RelationshipDiff_Edge Lineage LineageArtifact LineageCause LineageDefault LineageEdge LineageFeature LineageInputs LineageInputsKind LineageInputsPart LineageNode LineageOrigin LineageOverride LineagePredictor LineageProperty LineageReading LineageReplacedReading LineageRole LineageRun LineageScenario LineageSeries LineageSetting LineageSource LineageTraining LineageTruncation LineageTruncationReason LineageValue Neighbourhood Path PathWeight Impact SearchHit PropertyMeta PropertySetting PropertyHistory PropertyHistory_Connection PropertyHistory_Edge
  PageInfo SortDirection Count
`.trim().split(/\s+/)])

/** What the platform's root fields are, or will be, called; the names the API gives to every type are checked against them. */
export const reservedFields: ReadonlySet<string> = new Set(`
  twin twins model models scenario scenarios run runs predictor predictors prediction predictions alert alerts alertChannel alertChannels alertDelivery alertDeliveries rule rules quarantinedReading quarantinedReadings telemetrySource telemetrySources telemetryPolicy telemetryPolicies telemetryStatus telemetryOrigins
  engine engines schemaSdl compareModels compareRuns evaluatePredictions predict featureTable runsOfTwin search neighbourhood paths impact rollup changes diff whyIs
  change readingReceived runProgressed alertRaised commandSent
`.trim().split(/\s+/).flatMap((field) => [field, `${field}Connection`]))

/** Ends of the names generated beside a type, and names of mutations' results; a DTDL type of such a name would clash with them. */
export const generatedSuffix = /_(Where|Sort|Properties|Input|Connection|Edge|EdgeProperties|ConnectionWhere|ConnectionSort|ConnectionFilters|RelationshipFilters|ComponentFilters|Filters|Aggregate|AggregateNode|Delta)$|(Scalar|List|Presence|Map|GeoPoint|PointDistance|Latest)Filters$|EnumScalarFilters$|AggregateSelection$|^PointBox$|^(Create|Update|Delete|Relate|Unrelate|Publish|Compare|Deprecate|Retire|Expose|Migrate|Promote|Discard|Start|Cancel|Retry|Rerun|Send|Answer|Import|Ingest|Replay|Apply|Set|Remove|Override|Register|Acknowledge|Resolve|Redeliver)([A-Z]\w*)?(Success|Result)$/
