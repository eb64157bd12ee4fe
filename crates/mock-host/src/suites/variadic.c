/* The functions of the parameter and message suites that take variable arguments.
   Each one unpacks its arguments by the parameter's shape and calls a plain function written in Rust. */
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

enum { MAX_COMPONENTS = 4 };
enum { SHAPE_NONE = 0, SHAPE_INT = 1, SHAPE_DOUBLE = 2, SHAPE_STRING = 3 };
enum { GET_VALUE = 0, GET_VALUE_AT_TIME = 1, GET_DERIVATIVE = 2, GET_INTEGRAL = 3 };

/* Kind in the second byte, number of components in the first; negative: not a parameter. */
int fathom_host_param_shape(void *param);
int fathom_host_param_get(void *param, int what, double time1, double time2, void **out, int count);
int fathom_host_param_set_ints(void *param, int at_time, double time, const int *values, int count);
int fathom_host_param_set_doubles(void *param, int at_time, double time, const double *values, int count);
int fathom_host_param_set_string(void *param, int at_time, double time, const char *value);
int fathom_host_message(void *handle, const char *type, const char *id, const char *format, const char *text,
                        int persistent);

static int get(void *param, int what, double time1, double time2, va_list ap) {
    void *out[MAX_COMPONENTS] = {NULL};
    int shape = fathom_host_param_shape(param);
    int count = shape < 0 ? 0 : (shape & 0xff);
    if (count > MAX_COMPONENTS) count = MAX_COMPONENTS;
    for (int i = 0; i < count; i++) out[i] = va_arg(ap, void *);
    return fathom_host_param_get(param, what, time1, time2, out, count);
}

static int set(void *param, int at_time, double time, va_list ap) {
    int ints[MAX_COMPONENTS] = {0};
    double doubles[MAX_COMPONENTS] = {0};
    int shape = fathom_host_param_shape(param);
    int count = shape < 0 ? 0 : (shape & 0xff);
    if (count > MAX_COMPONENTS) count = MAX_COMPONENTS;
    switch (shape < 0 ? SHAPE_NONE : (shape >> 8)) {
    case SHAPE_DOUBLE:
        for (int i = 0; i < count; i++) doubles[i] = va_arg(ap, double);
        return fathom_host_param_set_doubles(param, at_time, time, doubles, count);
    case SHAPE_STRING:
        return fathom_host_param_set_string(param, at_time, time, va_arg(ap, const char *));
    case SHAPE_INT:
        for (int i = 0; i < count; i++) ints[i] = va_arg(ap, int);
        return fathom_host_param_set_ints(param, at_time, time, ints, count);
    default:
        return fathom_host_param_set_ints(param, at_time, time, ints, 0);
    }
}

int fathom_host_paramGetValue(void *param, ...) {
    va_list ap;
    va_start(ap, param);
    int status = get(param, GET_VALUE, 0, 0, ap);
    va_end(ap);
    return status;
}

int fathom_host_paramGetValueAtTime(void *param, double time, ...) {
    va_list ap;
    va_start(ap, time);
    int status = get(param, GET_VALUE_AT_TIME, time, 0, ap);
    va_end(ap);
    return status;
}

int fathom_host_paramGetDerivative(void *param, double time, ...) {
    va_list ap;
    va_start(ap, time);
    int status = get(param, GET_DERIVATIVE, time, 0, ap);
    va_end(ap);
    return status;
}

int fathom_host_paramGetIntegral(void *param, double time1, double time2, ...) {
    va_list ap;
    va_start(ap, time2);
    int status = get(param, GET_INTEGRAL, time1, time2, ap);
    va_end(ap);
    return status;
}

int fathom_host_paramSetValue(void *param, ...) {
    va_list ap;
    va_start(ap, param);
    int status = set(param, 0, 0, ap);
    va_end(ap);
    return status;
}

int fathom_host_paramSetValueAtTime(void *param, double time, ...) {
    va_list ap;
    va_start(ap, time);
    int status = set(param, 1, time, ap);
    va_end(ap);
    return status;
}

/* A format is only ever expanded when it is "%s": what a plug-in passes may hold the user's text. */
static int message(void *handle, const char *type, const char *id, const char *format, int persistent, va_list ap) {
    const char *text = NULL;
    if (format != NULL && strcmp(format, "%s") == 0) text = va_arg(ap, const char *);
    return fathom_host_message(handle, type, id, format, text, persistent);
}

int fathom_host_messageV(void *handle, const char *type, const char *id, const char *format, ...) {
    va_list ap;
    va_start(ap, format);
    int status = message(handle, type, id, format, 0, ap);
    va_end(ap);
    return status;
}

int fathom_host_setPersistentMessageV(void *handle, const char *type, const char *id, const char *format, ...) {
    va_list ap;
    va_start(ap, format);
    int status = message(handle, type, id, format, 1, ap);
    va_end(ap);
    return status;
}
