/* Planted defects; `bad:` names what must be found on its line, and nothing else may be. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct node { int value; struct node *next; };

int reads(const char *name, char *text, int kind)
{
    char buffer[64];
    char line[64];
    gets(buffer); /* bad: c-gets */
    fgets(buffer, sizeof buffer, stdin);
    strcpy(buffer, name); /* bad: c-unbounded-copy */
    strcpy(buffer, "fixed");
    strcpy(text, name);
    sprintf(buffer, "%s.txt", name); /* bad: c-unbounded-copy */
    snprintf(buffer, sizeof buffer, "%s.txt", name);
    scanf("%s", buffer); /* bad: c-unbounded-scan */
    scanf("%63s", buffer);
    printf(text); /* bad: c-open-format */
    printf("%s", text);
    snprintf(line, sizeof line, "rm %s", name);
    system(line); /* bad: c-command-injection */
    if (kind = 1) /* bad: c-assignment-in-condition */
        return 1;
    if ((kind = reads(name, text, 2)))
        return 2;
    if (name == "root") /* bad: c-text-identity */
        return 3;
    return 0;
}

int memory(struct node *head, int size, int other)
{
    struct node *one = malloc(sizeof(one)); /* bad: c-size-of-pointer */
    struct node *two = malloc(sizeof(*two));
    memset(one, sizeof(*one), 0); /* bad: c-swapped-memset */
    memset(two, 0, sizeof(*two));
    free(head); /* bad: c-use-after-free */
    head->value = 1;
    free(one);
    one = NULL;
    size = size; /* bad: c-self-assignment */
    if (two->value == two->value) /* bad: c-self-comparison */
        return 1;
    if (size == 1) {
        return 1;
    } else if (size == 2) {
        return 2;
    } else if (size == 1) { /* bad: c-repeated-condition */
        return 3;
    }
    if (size > other); /* bad: c-empty-body */
    {
        other = size;
    }
    return other;
    free(two); /* bad: c-unreachable-code */
}

int switches(int kind)
{
    switch (kind) {
    case 1:
        return 1;
        break;
    default:
        goto out;
    }
out:
    return 0;
}
