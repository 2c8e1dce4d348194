// Planted defects; `bad:` names what must be found on its line, and nothing else may be.
#include <stdexcept>
#include <string>

template <typename T>
T larger(T a, T b)
{
    return a > b ? a : b;
}

int arrays(std::string name, int size)
{
    int *many = new int[size];
    int *one = new int(5);
    if (name == "root")
        throw new std::runtime_error("no"); // bad: cpp-throw-pointer
    delete many; // bad: cpp-delete-of-array
    delete one;
    if (size = 3) // bad: c-assignment-in-condition
        throw std::runtime_error("no");
    int *more = new int[size];
    delete[] more;
    return larger(size, 2);
}
