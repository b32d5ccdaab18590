#ifndef MODEL_H
#define MODEL_H

/*
 * A model for tests: all its variables lie in one array of doubles, a value reference is an index into it. fmi2.c and fmi3.c make FMUs of it: each includes
 * nothing but this, and declares what it exports as the FMI standard words it.
 */

#include <stddef.h>

enum { MODEL_VARIABLES = 32 };

/* Statuses of FMI, 2.0 and 3.0 alike. */
enum { STATUS_OK = 0, STATUS_WARNING = 1, STATUS_DISCARD = 2, STATUS_ERROR = 3, STATUS_FATAL = 4 };

typedef struct Model {
  double values[MODEL_VARIABLES];
  double time;
  char text[256];                                              /* of the one variable that is a string: reference 31 */
  void *owner;
  void (*log)(void *owner, int status, const char *message);
} Model;

/* Start values. */
void model_start(Model *model);

/* Start values of everything that depends on others, and whether they can be used at all. */
int model_initialise(Model *model);

/* Outputs, of states and inputs: called before values are told. */
void model_outputs(Model *model);

/* From model->time on; returns a status. */
int model_step(Model *model, double size);

/* What the binary was made of: an FMU refuses to be what its modelDescription.xml says of another. */
extern const char *const model_token;

#endif
