/** Tasks, instances and lists as the services return them. */
package io.github.hwtasks.model;
