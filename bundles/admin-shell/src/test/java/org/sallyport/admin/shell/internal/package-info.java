/** Tests of the shell commands and of what the first start makes. */
@NullMarked
package org.sallyport.admin.shell.internal;

import org.jspecify.annotations.NullMarked;
