#include <math.h>
#include <stdio.h>
#include <string.h>
#include "model.h"

/* Does what FMUs must not do, when its time has come. */
enum { AT, X };

const char *const model_token = "faulty";

void model_start(Model *model) {
  model->values[AT] = 3;
  strcpy(model->text, "work");
}

int model_initialise(Model *model) {
  (void)model;
  return STATUS_OK;
}

void model_outputs(Model *model) { (void)model; }

int model_step(Model *model, double size) {
  model->time += size;
  model->values[X] = model->time;
  if (model->time < model->values[AT]) return STATUS_OK;
  if (strcmp(model->text, "crash") == 0) {
    volatile int *nowhere = NULL;
    *nowhere = 1;
  }
  for (volatile int forever = strcmp(model->text, "hang") == 0; forever;) continue;
  if (strcmp(model->text, "diverge") == 0) model->values[X] = NAN;
  if (strcmp(model->text, "warn") == 0) model->log(model->owner, STATUS_WARNING, "It rattles.");
  if (strcmp(model->text, "discard") == 0) {
    model->log(model->owner, STATUS_DISCARD, "The step is too long for it.");
    return STATUS_DISCARD;
  }
  if (strcmp(model->text, "fail") == 0) {
    model->log(model->owner, STATUS_ERROR, "The solver does not converge.");
    return STATUS_ERROR;
  }
  return strcmp(model->text, "die") == 0 ? STATUS_FATAL : STATUS_OK;
}
