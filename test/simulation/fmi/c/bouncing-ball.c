#include <float.h>
#include "model.h"

/* A ball that falls, and bounces until it rests. Explicit Euler with a fixed step, as in the Reference FMUs of the Modelica Association. */
enum { TIME, H, DER_H, V, DER_V, G, E, V_MIN };

static const double internal_step = 1e-3;

const char *const model_token = "bouncing-ball";

void model_start(Model *model) {
  model->values[H] = 1;
  model->values[V] = 0;
  model->values[G] = -9.81;
  model->values[E] = 0.7;
  model->values[V_MIN] = 0.1;
}

int model_initialise(Model *model) {
  return model->values[E] >= 0 ? STATUS_OK : (model->log(model->owner, STATUS_ERROR, "The coefficient of restitution is negative."), STATUS_ERROR);
}

void model_outputs(Model *model) {
  model->values[TIME] = model->time;
  model->values[DER_H] = model->values[V];
  model->values[DER_V] = model->values[G];
}

int model_step(Model *model, double size) {
  double *x = model->values;
  const double end = model->time + size;
  while (model->time + internal_step < end + internal_step * 0.1) {
    const double height = x[H] + internal_step * x[V];
    x[V] += internal_step * x[G];
    x[H] = height;
    model->time += internal_step;
    if (x[H] <= 0 && x[V] < 0) {
      x[H] = DBL_MIN;
      x[V] = -x[V] * x[E];
      if (x[V] < x[V_MIN]) {
        x[V] = 0;
        x[G] = 0;
      }
    }
  }
  return STATUS_OK;
}
