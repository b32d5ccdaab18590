#include <stdlib.h>
#include <string.h>
#include "model.h"

/* FMI 2.0 for co-simulation, as far as an importer calls it, worded after the standard. */
typedef void *fmi2Component;
typedef double fmi2Real;
typedef int fmi2Integer;
typedef int fmi2Boolean;
typedef const char *fmi2String;
typedef unsigned int fmi2ValueReference;
typedef int fmi2Status;
typedef void (*fmi2CallbackLogger)(void *environment, fmi2String instanceName, fmi2Status status, fmi2String category, fmi2String message, ...);
typedef struct {
  fmi2CallbackLogger logger;
  void *(*allocateMemory)(size_t number, size_t size);
  void (*freeMemory)(void *memory);
  void (*stepFinished)(void *environment, fmi2Status status);
  void *environment;
} fmi2CallbackFunctions;

#if defined _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

typedef struct {
  Model model;
  const fmi2CallbackFunctions *callbacks;
  char *name;
} Instance;

static void instance_log(void *owner, int status, const char *message) {
  const Instance *instance = owner;
  instance->callbacks->logger(instance->callbacks->environment, instance->name, status, "model", message);
}

static void instance_start(Instance *instance) {
  memset(&instance->model, 0, sizeof instance->model);
  instance->model.owner = instance;
  instance->model.log = instance_log;
  model_start(&instance->model);
}

EXPORT fmi2Component fmi2Instantiate(fmi2String name, int type, fmi2String guid, fmi2String resources, const fmi2CallbackFunctions *callbacks, fmi2Boolean visible, fmi2Boolean logging) {
  (void)visible, (void)logging;
  if (type != 1 || strcmp(guid, model_token) != 0 || strncmp(resources, "file:", 5) != 0) return NULL;
  Instance *instance = callbacks->allocateMemory(1, sizeof *instance);
  instance->callbacks = callbacks;
  instance->name = callbacks->allocateMemory(strlen(name) + 1, 1);
  strcpy(instance->name, name);
  instance_start(instance);
  return instance;
}

EXPORT void fmi2FreeInstance(fmi2Component c) {
  Instance *instance = c;
  instance->callbacks->freeMemory(instance->name);
  instance->callbacks->freeMemory(instance);
}

EXPORT fmi2Status fmi2SetupExperiment(fmi2Component c, fmi2Boolean hasTolerance, fmi2Real tolerance, fmi2Real start, fmi2Boolean hasStop, fmi2Real stop) {
  (void)hasTolerance, (void)tolerance, (void)hasStop, (void)stop;
  ((Instance *)c)->model.time = start;
  return STATUS_OK;
}

EXPORT fmi2Status fmi2EnterInitializationMode(fmi2Component c) { return model_initialise(&((Instance *)c)->model); }
EXPORT fmi2Status fmi2ExitInitializationMode(fmi2Component c) { return (void)c, STATUS_OK; }
EXPORT fmi2Status fmi2Terminate(fmi2Component c) { return (void)c, STATUS_OK; }
EXPORT fmi2Status fmi2Reset(fmi2Component c) { return instance_start(c), STATUS_OK; }

EXPORT fmi2Status fmi2DoStep(fmi2Component c, fmi2Real time, fmi2Real size, fmi2Boolean noSetPrior) {
  (void)time, (void)noSetPrior;
  return model_step(&((Instance *)c)->model, size);
}

#define ACCESS(NAME, TYPE) \
  EXPORT fmi2Status fmi2Get##NAME(fmi2Component c, const fmi2ValueReference *references, size_t count, TYPE *values) { \
    Instance *instance = c; \
    model_outputs(&instance->model); \
    for (size_t i = 0; i < count; i++) values[i] = (TYPE)instance->model.values[references[i]]; \
    return STATUS_OK; \
  } \
  EXPORT fmi2Status fmi2Set##NAME(fmi2Component c, const fmi2ValueReference *references, size_t count, const TYPE *values) { \
    Instance *instance = c; \
    for (size_t i = 0; i < count; i++) instance->model.values[references[i]] = (double)values[i]; \
    return STATUS_OK; \
  }

ACCESS(Real, fmi2Real)
ACCESS(Integer, fmi2Integer)
ACCESS(Boolean, fmi2Boolean)

EXPORT fmi2Status fmi2SetString(fmi2Component c, const fmi2ValueReference *references, size_t count, const fmi2String *values) {
  Instance *instance = c;
  (void)references;
  if (count > 0) strncpy(instance->model.text, values[0], sizeof instance->model.text - 1);
  return STATUS_OK;
}
