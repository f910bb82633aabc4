/** What queries ask of studies: a sheet for each, in memory while there is room, and sealed in the index database. */
@NullMarked
package org.sallyport.gateway.scp.internal.catalog;

import org.jspecify.annotations.NullMarked;
