/** What the modules of this project share and nobody else needs. Not API. */
package io.asyncrunner.internal;
