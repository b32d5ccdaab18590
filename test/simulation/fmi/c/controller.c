#include <stdio.h>
#include "model.h"

/* Opens a valve below a level and closes it above another. The level comes in centimetres. */
enum { LEVEL_CM, OPEN, LOWER_CM, UPPER_CM, SWITCHES };

const char *const model_token = "controller";

void model_start(Model *model) {
  model->values[LOWER_CM] = 90;
  model->values[UPPER_CM] = 110;
}

int model_initialise(Model *model) {
  (void)model;
  return STATUS_OK;
}

void model_outputs(Model *model) { (void)model; }

int model_step(Model *model, double size) {
  double *x = model->values;
  const double open = x[LEVEL_CM] < x[LOWER_CM] ? 1 : x[LEVEL_CM] > x[UPPER_CM] ? 0 : x[OPEN];
  if (open != x[OPEN]) x[SWITCHES]++;
  x[OPEN] = open;
  model->time += size;
  return STATUS_OK;
}
