/** The de-identification of PS3.15 Annex E: tables and profiles, the treatment of data sets, intake and restoring. */
@NullMarked
package org.sallyport.gateway.deid.internal;

import org.jspecify.annotations.NullMarked;
